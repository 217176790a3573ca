import { mayHaveContent } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import { isDroppedWithError } from "../http/header-fields.js";
import { isFieldName, isFieldValue } from "../http/is-field.js";
import { RequestFacts, type Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import { readText } from "../util/safe-read.js";

/**
 * Lists the members of a fetch Request that are read.
 * @example
 * const request: FetchRequest = new Request("http://localhost/orders/17");
 * const relayed = await relayResponse(fetch("http://orders.internal/orders/17"), request);
 */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
  /** Aborts when the client leaves. */
  readonly signal?: AbortSignal | null | undefined;
}

/** Makes a fetch Response. Fields that a server on Node would refuse to send are left out, and so is content that the status does not have. */
export function fetchResponse(
  method: string | undefined,
  { status, headers }: ReplyHead,
  content: string | Uint8Array | ReadableStream<Uint8Array> | null,
): Response {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, `${one}`]),
  );
  const body = mayHaveContent(method, status) ? (content as ConstructorParameters<typeof Response>[0]) : null;
  return new Response(body, { status, headers: fields.filter(([name, value]) => isFieldName(name) && isFieldValue(value)) });
}

/**
 * Answers a failure by the contract as a fetch Response, on hosts such as Hono. Never throws.
 * @param respond of `createResponder()`
 * @param thrown whatever failed, or what `unmatched()` returns
 * @param request the client's: its method, URL (for the path), header fields and signal are read
 * @param failed the response that the answer replaces: its header fields stay, such as those of CORS, without those that describe its
 *   content, which is cancelled. Default: none
 * @example app.onError((thrown, c) => errorResponse(respond, thrown, c.req.raw));
 */
export function errorResponse(respond: Responder, thrown: unknown, request: FetchRequest, failed?: Response): Response {
  if (failed) void cancelBody(failed);
  return answerFetch(respond, thrown, request, failed && fieldsBefore(failed));
}

/** Cancels the content of a response that nobody gets, so that its source ends. It may be read already. */
async function cancelBody({ body }: Response): Promise<void> {
  try {
    await body?.cancel();
  } catch {}
}

/** Lists the fields of a response that stay with an error. Each Set-Cookie is one of its own. */
function fieldsBefore({ headers }: Response): ReplyHead["headers"] {
  const names = [...headers.keys()].filter((name) => !isDroppedWithError(name));
  return Object.fromEntries(names.map((name) => [name, name === "set-cookie" ? headers.getSetCookie() : headers.get(name)!]));
}

/**
 * Answers a failure by the contract.
 * @param surviving fields of the reply that failed, names in lower case, as on a response whose handler has set them before
 */
export function answerFetch(
  respond: Responder,
  thrown: unknown,
  request: FetchRequest,
  surviving: ReplyHead["headers"] = {},
): Response {
  const responseHeaders = surviving as NonNullable<Facts["responseHeaders"]>;
  const { status, headers, body } = respond(thrown, Object.assign(fetchFacts(request), { responseHeaders }));
  return fetchResponse(methodOf(request), { status, headers: { ...surviving, ...headers } }, body);
}

/** Reads the method of a request, or of a value that only looks like one. */
export function methodOf(request: FetchRequest): string | undefined {
  return readText(request, "method");
}

/** Reads the facts of a request: none of a value that only looks like one. */
export function fetchFacts(request: FetchRequest): Facts {
  try {
    const { headers, method, url, signal } = request;
    const facts = { headers: Object.fromEntries(headers), method, url, aborted: signal?.aborted === true };
    return new RequestFacts(facts, { request });
  } catch {
    return { headers: {} };
  }
}
