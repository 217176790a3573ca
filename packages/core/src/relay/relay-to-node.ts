import type { IncomingMessage } from "node:http";
import { isErrorStatus } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import { prepareLeftReply } from "../node/left-reply.js";
import { originalUrl } from "../node/original-url.js";
import { replyOptions } from "../reply/reply-finding.js";
import type { Facts } from "../responder/request-facts.js";
import { createResponder, type Host } from "../responder/responder.js";
import { EventEmitter } from "node:events";
import { finished } from "node:stream";
import { isGone, onClose } from "../node/client-gone.js";
import { copyFields } from "../node/copy-fields.js";
import { discardRestOf } from "../node/discard-content.js";
import { markExchange, type NodeRequest, type NodeResponse } from "../node/exchange.js";
import { asBrokenReply } from "../recognisers/http-clients/broken-reply.js";
import { survivingFieldsOf } from "../reply/inspect-reply.js";
import { handleRequestError, type Reply } from "../reply/reply.js";
import { checkOptions } from "../responder/options.js";
import { noop } from "../util/noop.js";
import { read } from "../util/safe-read.js";
import { relayReply, type RelayedReply, type RelayOptions } from "./relay-reply.js";

/** Describes an adapter to which an error reply is relayed with its own body. */
type LeftReplyHost = Host & { readonly facts?: Partial<Facts> };

/**
 * Relays an upstream's success to a response of node:http or node:http2 as soon as its content begins.
 * @param send writes the relayed reply; not called when the client has left, or got another answer
 * @param fail called with the error of content that breaks after that
 * @param host reports an error reply whose body is left alone, and knows more of its request. Default {}
 * @throws UpstreamError for an error reply, a function's that failed behind a 200 among them, whose surviving fields are then set on the
 *   response, and for content that breaks before it has begun; TypeError for a wrong option and for content that was read already
 * @example await relayToNode(reply, response, {}, ({ content }) => content?.pipe(response), (failure) => response.destroy(failure));
 */
export async function relayToNode(
  reply: Reply,
  response: NodeResponse,
  options: RelayOptions,
  send: (relayed: RelayedReply) => void,
  fail: (failure: Error) => void,
  host: LeftReplyHost = {},
): Promise<void> {
  checkOnce(options);
  withholdSurplusErrors(handleRequestError(reply));
  const closing = new AbortController();
  const { signal } = closing;
  const request = response.req as NodeRequest;
  const isSettled = () => response.headersSent || isGone(response);
  const abortRelay = () => closing.abort(abortReason);
  if (isSettled()) abortRelay();
  else
    onClose(response, () => {
      abortRelay();
      discardRestOf(request, response);
    });
  const relayed = await relayReply(reply, request.method, {
    ...options,
    signal,
    target: originalUrl(request as IncomingMessage),
  }).catch((thrown: unknown) => {
    const fields = survivingFieldsOf(thrown);
    if (fields) copyFields(response, fields);
    throw thrown;
  });
  if (options.hiddenFailures) markExchange(response, "isInspected");
  const { content, receivedStatus } = relayed;
  if (content)
    finished(content, { writable: false }, (error) => {
      if (error && !signal.aborted) fail(asBrokenReply(error, receivedStatus));
    });
  if (isSettled()) abortRelay();
  else send(isErrorStatus(relayed.status) ? { ...relayed, ...preparedHead(relayed, response, options, host) } : relayed);
}

/** Names the reason of every abort. Without one, Node makes an error with a stack for each. */
const abortReason = "The response is closed";

/** Makes the head of an error reply whose body is left alone. */
function preparedHead(
  head: ReplyHead,
  response: NodeResponse,
  options: RelayOptions,
  { facts, ...host }: LeftReplyHost,
): ReplyHead {
  const request = response.req as NodeRequest;
  const respond = createResponder(options, { caller: "relay", ...host });
  const { status, headers } = head;
  return prepareLeftReply(respond, { status, headers }, request, response, replyOptions(options), {
    url: originalUrl(request as IncomingMessage),
    ...facts,
  });
}

/**
 * Withholds errors of a request of node:http from its own listeners once its reply is complete: octets behind a reply are no failure of it
 * (RFC 9112 section 6.3), and a listener such as Express's `next` would answer for them.
 */
function withholdSurplusErrors(reply: Reply): void {
  const request = "httpVersion" in reply ? read(reply, "req") : undefined;
  if (!(request instanceof EventEmitter)) return;
  for (const listener of request.rawListeners("error") as ((error: unknown) => void)[]) {
    if (listener === noop) continue;
    const heard = (error: unknown) => {
      if (read(reply, "complete") !== true) listener.call(request, error);
    };
    request.off("error", listener).on("error", Object.assign(heard, { listener })); // by `listener`, off() finds it
  }
}

const checked = new WeakSet<RelayOptions>();

/** Checks each options object once: a check costs more than all the rest. */
function checkOnce(options: RelayOptions): void {
  if (checked.has(options)) return;
  checkOptions(options, "relay");
  checked.add(options);
}
