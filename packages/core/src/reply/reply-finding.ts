import { functionGraph } from "../contract/contract.js";
import { replyFields } from "../http/error-reply-fields.js";
import { dropCredentials } from "../http/header-fields.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { Finding } from "../problem/finding.js";
import { toProblem, type Problem } from "../problem/problem.js";
import { checkOptions, type ResponderOptions } from "../responder/options.js";
import { findingOf } from "./body-finding.js";
import { peekContent } from "./body/peek-body.js";
import { readContent } from "./body/read-body.js";
import { invocationId, type InvocationHead } from "./functiongraph/function-reply.js";
import { discardContent, headOf, type Reply } from "./reply.js";

/** Octets of an error body that are read at most, unless an option says otherwise. */
export const usualLimit = 65_536;

/** How a reply is looked at. */
export interface ReplyOptions {
  /** Octets of the body that are read at most, before and after decoding; default 65536. */
  readonly limit?: number | undefined;
  /** Whether it may be FunctionGraph's; default false. */
  readonly hiddenFailures?: boolean | undefined;
  /** Whether what asks a client for credentials is passed on; default "relay". */
  readonly upstreamCredentials?: ResponderOptions["upstreamCredentials"] | undefined;
}

/** The options of `fgErrors()` that concern it. */
export function replyOptions({ errorBodyLimit, hiddenFailures, upstreamCredentials }: ResponderOptions): ReplyOptions {
  return { limit: errorBodyLimit, hiddenFailures, upstreamCredentials };
}

/**
 * What an upstream's error reply means when it is relayed: its status folded, of a 4xx its message too.
 * Reads the body up to a cap and cancels the rest.
 * @param reply a response of node:http, fetch or undici whose body was not read yet
 * @param options `contract`, default `functionGraph`; `service`, prefix of generic codes, default "FSS"; `errorBodyLimit`, octets,
 *   default 65536; `hiddenFailures`, whether it may be FunctionGraph's, default false; `upstreamCredentials`, default "relay"
 * @throws TypeError for a wrong option; nothing else, whatever the reply
 * @example const problem = await normalizeUpstream(await fetch(url));
 */
export async function normalizeUpstream(
  reply: Reply,
  options: Pick<ResponderOptions, "contract" | "service" | "errorBodyLimit" | "hiddenFailures" | "upstreamCredentials"> = {},
): Promise<Problem> {
  checkOptions(options, "normalizeUpstream");
  const { contract = functionGraph, service = "FSS" } = options;
  return toProblem(await upstreamFinding(reply, replyOptions(options)), reply, contract, service);
}

/** The same before the contract folds it. */
export function upstreamFinding(reply: Reply, options: ReplyOptions = {}): Promise<Finding> {
  return errorFinding(headOf(reply), reply, options);
}

/** @param told what the head says of an invocation, where that was asked before */
export async function errorFinding(
  head: ReplyHead,
  reply: Reply,
  options: ReplyOptions,
  told?: InvocationHead,
): Promise<Finding> {
  if (!(head.status >= 200 && head.status <= 599)) {
    discardContent(reply);
    return { status: head.status, upstream: true, proxyError: "http_protocol_error" };
  }
  return relayed(head, await readContent(reply, head.headers["content-encoding"], options.limit ?? usualLimit), options, told);
}

/** What a success fails with of which only the content can tell; undefined if it does not, and can be read as if nobody had looked. */
export async function undecidedFinding(
  head: ReplyHead,
  reply: Reply,
  options: ReplyOptions,
  told?: InvocationHead,
): Promise<Finding | undefined> {
  if (looked.has(reply)) return undefined;
  looked.add(reply);
  const { limit = usualLimit } = options;
  const coding = head.headers["content-encoding"];
  const found = relayed(head, await peekContent(reply, coding, limit), options, told);
  if (found.receivedStatus === undefined) return undefined;
  void readContent(reply, coding, limit); // so that its connection can be used again
  return found;
}

/** Those whose content was looked into: upstream() may hand one to relay(). */
const looked = new WeakSet<Reply>();

function relayed(
  head: ReplyHead,
  content: Buffer,
  { hiddenFailures = false, upstreamCredentials }: ReplyOptions,
  told?: InvocationHead,
): Finding {
  const headers = replyFields(head);
  if (upstreamCredentials === "drop") dropCredentials(headers);
  const found = findingOf(head, content, hiddenFailures, told);
  if (found.receivedStatus !== undefined) return { ...found, headers };
  const requestId = hiddenFailures ? invocationId(head, found.requestId) : found.requestId;
  return { ...found, headers, requestId, upstream: true };
}
