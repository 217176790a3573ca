import { functionGraph } from "../../contract.js";
import { checkOptions, type ResponderOptions } from "../../options.js";
import { toProblem, type Problem } from "../../problem.js";
import type { Finding } from "../../recognisers/rule.js";
import { readContent } from "../content/content.js";
import { codeOf, readEnvelope } from "../envelopes/envelope.js";
import { ownFinding } from "../envelopes/own.js";
import { isProblemType, parseContent } from "../content/parse-content.js";
import { replyFields } from "./reply-fields.js";
import { discardContent, headOf, type Reply, type ReplyHead } from "./reply.js";

/** Octets of an error body that are read at most, unless an option says otherwise. */
const usualLimit = 65_536;

/**
 * What an upstream's error reply means when it is relayed: its status folded, of a 4xx its message too.
 * Reads the body up to a cap and cancels the rest.
 * @param reply a response of node:http, fetch or undici whose body was not read yet
 * @param options `contract`, default `functionGraph`; `service`, prefix of generic codes, default "FSS"; `errorBodyLimit`, octets, default 65536
 * @throws TypeError for a wrong option; nothing else, whatever the reply
 * @example const problem = await normalizeUpstream(await fetch(url));
 */
export async function normalizeUpstream(
  reply: Reply,
  options: Pick<ResponderOptions, "contract" | "service" | "errorBodyLimit"> = {},
): Promise<Problem> {
  checkOptions(options, "normalizeUpstream");
  const { contract = functionGraph, service = "FSS", errorBodyLimit } = options;
  return toProblem(await upstreamFinding(reply, { limit: errorBodyLimit }), reply, contract, service);
}

/**
 * The same before the contract folds it.
 * @param options `limit`: octets of the body that are read at most, before and after decoding; default 65536
 */
export async function upstreamFinding(reply: Reply, options: { readonly limit?: number | undefined } = {}): Promise<Finding> {
  const head = headOf(reply);
  if (!(head.status >= 200 && head.status <= 599)) {
    discardContent(reply);
    return { status: head.status, upstream: true, proxyError: "http_protocol_error" };
  }
  const headers = replyFields(head);
  const found = findingOf(head, await readContent(reply, head.headers["content-encoding"], options.limit ?? usualLimit));
  return { ...found, headers, upstream: true };
}

/** What an error response says whose body, a text, octets or a JSON value, is at hand. */
export function replyFinding(status: number, contentType: string | undefined, body: unknown): Finding {
  return findingOf({ status, headers: { "content-type": contentType } }, body);
}

/** Of a server error only its code is taken, for its message was not written for this client; unless it is one of our own. */
function findingOf(head: ReplyHead, body: unknown): Finding {
  const { status, headers } = head;
  try {
    const contentType = String(headers["content-type"] ?? "");
    const content = parseContent(contentType, body);
    const own = ownFinding(head, content);
    if (own) return own;
    const { code = codeOf(headers["x-amzn-errortype"]), ...words } = readEnvelope(content, isProblemType(contentType));
    return status < 500 ? { status, code, ...words } : { status, code };
  } catch {
    return { status }; // a handler's body may have a getter that throws
  }
}
