import { functionGraph } from "../contract/contract.js";
import { errorReplyFields } from "../http/error-reply-fields.js";
import { dropCredentials } from "../http/header-fields.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { Finding } from "../problem/finding.js";
import { toProblem, type Problem } from "../problem/problem.js";
import { checkOptions, type ResponderOptions } from "../responder/options.js";
import { defaultErrorBodyLimit } from "../util/limits.js";
import { read } from "../util/safe-read.js";
import { bodyFinding } from "./body-finding.js";
import { peekContent } from "./body/peek-body.js";
import { codingsOf, decodeContent, isStillCoded } from "./body/content-codings.js";
import { readStart } from "./body/read-start.js";
import { invocationId, type InvocationHead } from "./functiongraph/function-reply.js";
import { contentOf, discardContent, headOf, isFetched, type Reply } from "./reply.js";

/** Describes how a reply is inspected. */
export interface ReplyOptions {
  /** Octets of the body that are read, before and after decoding; default 65536. */
  readonly limit?: number | undefined;
  /** Whether the reply may be FunctionGraph's; default false. */
  readonly hiddenFailures?: boolean | undefined;
  /** Whether fields that ask a client for credentials are passed on; default "relay". */
  readonly upstreamCredentials?: ResponderOptions["upstreamCredentials"] | undefined;
  /** Paths of requests and media types of error replies whose body is left alone; default none. */
  readonly leaveBody?: ResponderOptions["leaveBody"] | undefined;
}

/**
 * Picks the options of `fgErrors()` that concern a reply's inspection.
 * @example new Inspection(head, replyOptions(options), request.method)
 */
export function replyOptions({ errorBodyLimit, hiddenFailures, upstreamCredentials, leaveBody }: ResponderOptions): ReplyOptions {
  return { limit: errorBodyLimit, hiddenFailures, upstreamCredentials, leaveBody };
}

/**
 * Normalises an upstream's error reply to a problem, as it is relayed: its status is folded, and a 4xx keeps its message. Reads
 * the body up to a limit and cancels the rest.
 * @param reply a response of node:http, fetch or undici whose body was not read yet
 * @param options `contract`, default `functionGraph`; `service`, prefix of generic codes, default the contract's, else "FSS"; `errorBodyLimit`,
 *   octets, default 65536; `hiddenFailures`, whether the reply may be FunctionGraph's, default false; `upstreamCredentials`,
 *   default "relay"
 * @throws TypeError for a wrong option; nothing else, whatever the reply
 * @example const problem = await normalizeUpstream(await fetch(url));
 */
export async function normalizeUpstream(
  reply: Reply,
  options: Pick<ResponderOptions, "contract" | "service" | "errorBodyLimit" | "hiddenFailures" | "upstreamCredentials"> = {},
): Promise<Problem> {
  checkOptions(options, "normalizeUpstream");
  const { contract = functionGraph, service = contract.service ?? "FSS" } = options;
  return toProblem(await errorFinding(headOf(reply), reply, replyOptions(options)), reply, contract, service);
}

/**
 * Makes the finding of an error reply, and reads its body. Never rejects.
 * @param invocation what the head says of an invocation, where it was inspected before
 */
export async function errorFinding(
  head: ReplyHead,
  reply: Reply,
  options: ReplyOptions,
  invocation?: InvocationHead,
): Promise<Finding> {
  if (!(head.status >= 200 && head.status <= 599)) {
    discardContent(reply);
    return { status: head.status, upstream: true, proxyError: "http_protocol_error" };
  }
  return relayedFinding(
    head,
    await readContent(reply, head.headers["content-encoding"], options.limit ?? defaultErrorBodyLimit),
    options,
    invocation,
  );
}

/**
 * Makes the finding of a success that only its content can decide; undefined if it passes, and then its content can be read as if
 * nobody had read it.
 */
export async function undecidedFinding(
  head: ReplyHead,
  reply: Reply,
  options: ReplyOptions,
  invocation?: InvocationHead,
): Promise<Finding | undefined> {
  if (read(reply, inspected) === true) return undefined;
  Reflect.defineProperty(reply, inspected, { value: true });
  const { limit = defaultErrorBodyLimit } = options;
  const coding = head.headers["content-encoding"];
  const found = relayedFinding(head, await peekContent(reply, coding, limit), options, invocation);
  if (found.receivedStatus === undefined) return undefined;
  void readContent(reply, coding, limit); // so that its connection can be used again
  return found;
}

/** Names the key on a reply whose content was inspected, by whatever copy of this package: upstream() may hand one to relay(). */
const inspected: unique symbol = Symbol.for("fg-errors.inspected");

function relayedFinding(
  head: ReplyHead,
  content: Buffer,
  { hiddenFailures = false, upstreamCredentials }: ReplyOptions,
  invocation?: InvocationHead,
): Finding {
  const headers = errorReplyFields(head);
  if (upstreamCredentials === "drop") dropCredentials(headers);
  const found = bodyFinding(head, content, hiddenFailures, invocation);
  if (found.receivedStatus !== undefined) return { ...found, headers };
  const requestId = hiddenFailures ? invocationId(head, found.requestId) : found.requestId;
  return { ...found, headers, requestId, upstream: true };
}

/**
 * Reads the start of an error reply's content, without its codings. Octets beyond `limit`, before or after decoding, are not read
 * but cancelled. The result is empty where the content cannot be read or decoded. Never rejects.
 * @param encoding the reply's Content-Encoding
 */
async function readContent(reply: Reply, encoding: unknown, limit: number): Promise<Buffer> {
  try {
    const codings = codingsOf(encoding);
    const stream = codings && limit > 0 ? contentOf(reply) : null;
    if (codings && stream) {
      const content = await readStart(stream, limit);
      return !isFetched(reply) || isStillCoded(codings, content) ? await decodeContent(codings, content, limit) : content;
    }
  } catch {} // it was read before
  discardContent(reply);
  return Buffer.alloc(0);
}
