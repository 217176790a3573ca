import { mayHaveContent } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { successHead } from "../reply/success-head.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Facts } from "../responder/request-facts.js";
import { readText } from "../util/safe-read.js";
import { responderOf } from "./cached-responder.js";
import { invocationOf, replyOf } from "./from-invocation.js";
import type { Invocation } from "./read-result.js";

/** What is looked at of a fetch Request. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
}

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
  const method = readText(request, "method");
  let live: Invocation["headers"] = {};
  try {
    const invocation = invocationOf(await result);
    const inspection = new Inspection(invocation, replyOptions(options));
    const failure = await inspection.failure(replyOf(invocation));
    if (!failure) return success(invocation, method, options);
    live = inspection.survivingFields() as Invocation["headers"];
    throw failure;
  } catch (thrown) {
    const { status, headers, body } = respond(thrown, { ...factsOf(request), responseHeaders: live });
    return response(method, { status, headers: { ...live, ...headers } }, body);
  }
}

const none: ResponderOptions = {};

function success({ content, ...received }: Invocation, method: string | undefined, options: ResponderOptions): Response {
  return response(method, successHead(received, !content?.length, options), content);
}

function response(method: string | undefined, { status, headers }: ReplyHead, content: string | Uint8Array | null): Response {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, `${one}`]),
  );
  const body = mayHaveContent(method, status) ? (content as Uint8Array<ArrayBuffer> | string | null) : null;
  return new Response(body, { status, headers: pairs });
}

/** Of what only looks like a Request, nothing. */
function factsOf(request: FetchRequest): Facts {
  try {
    return { headers: Object.fromEntries(request.headers), method: request.method, url: request.url };
  } catch {
    return { headers: {} };
  }
}
