import type { Readable } from "node:stream";
import { isErrorStatus, mayHaveContent } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import { firstChunk } from "../node/first-chunk.js";
import { asBrokenReply } from "../recognisers/http-clients/broken-reply.js";
import { decodedHead } from "../reply/decoded-head.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { contentOf, discardContent, headOf, isFetched, type Reply } from "../reply/reply.js";
import { successHead } from "../reply/success-head.js";
import type { ResponderOptions } from "../responder/options.js";
import { noop } from "../util/noop.js";

/**
 * Lists the options of `fgErrors()`. Relaying reads `success`, `contract`, `proxyName`, `errorBodyLimit`, `hiddenFailures`,
 * `upstreamCredentials`.
 * @example
 * const options: RelayOptions = { service: "SHOP", success: "fold" };
 * await relay(response, await fetch(url), options);
 */
export type RelayOptions = ResponderOptions;

/** Lists the options of `relayReply()`. */
interface RelayReplyOptions extends RelayOptions {
  /** Aborts when nobody waits for the content any more: the client has left, or has its whole answer. Default: never. */
  readonly signal?: AbortSignal | undefined;
  /** Target of the client's request. */
  readonly target?: string | undefined;
}

/** Describes an upstream's success or redirect as a gateway sends it. */
export interface RelayedReply extends ReplyHead {
  /** The content, whose first chunk is available; null where there is none. It is destroyed when the signal aborts. */
  readonly content: Readable | null;
  /** The status that the upstream sent: `status` may be folded. With an error status, the body is left alone and the head is the upstream's. */
  readonly receivedStatus: number;
}

/**
 * Turns an upstream's reply into the one that a gateway sends, as soon as its content begins: a failure before that can still be answered.
 * @param reply its content not read yet
 * @param method of the client's request
 * @throws UpstreamError for an error reply, a function's that failed behind a 200 among them (`survivingFieldsOf()` has its fields), and
 *   for content that breaks before it has begun; TypeError for content that was read already
 * @example const { status, headers, content } = await relayReply(await fetch(url), "GET", { signal });
 */
export async function relayReply(reply: Reply, method: string | undefined, options: RelayReplyOptions): Promise<RelayedReply> {
  const { signal } = options;
  const head = headOf(reply);
  let content: Readable | null = null;
  signal?.addEventListener("abort", () => (content ? content.destroy() : discardContent(reply)), { once: true });
  const failure = await new Inspection(head, replyOptions(options), method, options.target).failure(reply);
  if (failure) throw failure;
  content = mayHaveContent(method, head.status) && !signal?.aborted ? contentOf(reply) : null;
  if (content) await begin(content, head.status, signal);
  else discardContent(reply);
  return outgoingReply(isFetched(reply) ? decodedHead(head, content) : head, content, method, options);
}

/** Waits for the first chunk. */
async function begin(content: Readable, status: number, signal: AbortSignal | undefined): Promise<void> {
  if (content.readableDidRead) throw new TypeError("relay: the reply's content was read already");
  content.on("error", noop); // it may break at a time when nobody listens
  try {
    await firstChunk(content, () => (signal?.aborted ? undefined : prematureClose(content)));
  } catch (reason) {
    if (!signal?.aborted) throw asBrokenReply(reason, status);
  }
}

function prematureClose(content: Readable): Error {
  return content.errored ?? Object.assign(new Error("Premature close"), { code: "ERR_STREAM_PREMATURE_CLOSE" }); // as Node says it
}

function outgoingReply(
  head: ReplyHead,
  content: Readable | null,
  method: string | undefined,
  options: RelayOptions,
): RelayedReply {
  const isEmpty = content ? content.readableLength === 0 : head.headers["content-length"] === "0";
  const { status, headers } = isErrorStatus(head.status) ? head : successHead(head, isEmpty, options);
  const receivedStatus = head.status;
  if (content && !isEmpty) return { status, headers, content, receivedStatus };
  const fields = method === "HEAD" ? headers : { ...headers, "content-length": undefined };
  return { status, headers: fields, content: null, receivedStatus };
}
