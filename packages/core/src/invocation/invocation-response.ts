import { answerFetch, fetchResponse, methodOf, type FetchRequest } from "../relay/fetch-response.js";
import { Inspection, survivingFieldsOf } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { successHead } from "../reply/success-head.js";
import { noOptions, responderOf } from "../responder/cached-responder.js";
import type { ResponderOptions } from "../responder/options.js";
import { invocationOf, replyOf } from "./from-invocation.js";
import type { Invocation } from "./read-result.js";

/**
 * Makes a fetch Response of the result of a function behind an API Gateway trigger: a success as it is, everything else by the contract. It
 * is for hosts that send a fetch Response, where there is no fgErrors().
 * @param result as `fromInvocation()` accepts it, or a promise of it: a rejection is answered, too
 * @param request the client's
 * @param options those of `fgErrors()`; hand over the same object each time, since it is checked once. Default {}
 * @throws TypeError for a wrong option; nothing else
 * @example export default { fetch: (request: Request) => invocationResponse(invoke(request), request) };
 */
export async function invocationResponse(
  result: unknown,
  request: FetchRequest,
  options: ResponderOptions = noOptions,
): Promise<Response> {
  const respond = responderOf(options, "invocationResponse");
  try {
    const invocation = invocationOf(await result);
    const failure = await new Inspection(invocation, { ...replyOptions(options), leaveBody: undefined }).failure(
      replyOf(invocation),
    );
    if (failure) throw failure;
    return successResponse(invocation, methodOf(request), options);
  } catch (thrown) {
    return answerFetch(respond, thrown, request, survivingFieldsOf(thrown));
  }
}

function successResponse({ content, ...received }: Invocation, method: string | undefined, options: ResponderOptions): Response {
  return fetchResponse(method, successHead(received, !content?.length, options), content);
}
