import type { ReplyHead } from "../http/reply-head.js";
import { errorResponse, fetchResponse, methodOf, type FetchRequest } from "../relay/fetch-response.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { successHead } from "../reply/success-head.js";
import { responderOf } from "../responder/cached-responder.js";
import type { ResponderOptions } from "../responder/options.js";
import { invocationOf, replyOf } from "./from-invocation.js";
import type { Invocation } from "./read-result.js";

/**
 * What a function behind an API Gateway trigger has returned, as a fetch Response: a success as it is, everything else by the contract.
 * For hosts that speak fetch, where there is no fgErrors().
 * @param result as `fromInvocation()` takes it, or a promise of it: what that rejects with is answered, too
 * @param request what the response answers
 * @param options those of `fgErrors()`; hand over the same object each time, since it is checked once
 * @throws TypeError for a wrong option; nothing else
 * @example export default { fetch: (request) => invocationResponse(invoke(request), request) };
 */
export async function invocationResponse(
  result: unknown,
  request: FetchRequest,
  options: ResponderOptions = none,
): Promise<Response> {
  const respond = responderOf(options, "invocationResponse");
  let surviving: ReplyHead["headers"] = {};
  try {
    const invocation = invocationOf(await result);
    const inspection = new Inspection(invocation, replyOptions(options));
    const failure = await inspection.failure(replyOf(invocation));
    if (!failure) return success(invocation, methodOf(request), options);
    surviving = inspection.liveFields();
    throw failure;
  } catch (thrown) {
    return errorResponse(respond, thrown, request, surviving);
  }
}

const none: ResponderOptions = {};

function success({ content, ...received }: Invocation, method: string | undefined, options: ResponderOptions): Response {
  return fetchResponse(method, successHead(received, !content?.length, options), content);
}
