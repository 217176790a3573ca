import { mayHaveContent } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import { isFieldName, isFieldValue } from "../http/is-field.js";
import { withFrameworkObjects, type Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import { readText } from "../util/safe-read.js";

/** Lists the members of a fetch Request that are read. */
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
 * Answers a failure by the contract.
 * @param surviving fields of the reply that failed, names in lower case, as on a response whose handler has set them before
 */
export function errorResponse(
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
    return withFrameworkObjects(facts, { request });
  } catch {
    return { headers: {} };
  }
}
