import { finished, type Readable } from "node:stream";
import { mayHaveContent } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import { isGone, onClose } from "../node/client-leaves.js";
import { copyFields } from "../node/copy-fields.js";
import { markInspected, type NodeResponse } from "../node/exchange.js";
import { brokenOff } from "../recognisers/http-clients/broken-reply.js";
import { decodedHead } from "../reply/decoded-head.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { contentOf, discardContent, headOf, isFetched, type Reply } from "../reply/reply.js";
import { successHead } from "../reply/success-head.js";
import { checkOptions, type ResponderOptions } from "../responder/options.js";

/** Those of `fgErrors()`: of them `success`, `contract`, `proxyName`, `errorBodyLimit`, `hiddenFailures` and `upstreamCredentials` matter here. */
export type RelayOptions = ResponderOptions;

/** What is to be sent of an upstream's success. */
export interface Passage extends ReplyHead {
  /** Has something to give; null where there is none. It is destroyed along with the response. */
  readonly content: Readable | null;
}

/**
 * Passes on an upstream's success as soon as its content begins: what goes wrong before that can still be answered.
 * @param send given what is to be sent; not called when the client has left, or got another answer
 * @param fail told of content that breaks after that
 * @throws UpstreamError for an error reply, a function's that failed behind a 200 among them, whose live header fields are then set on the
 *   response, and for content that breaks before it has begun; TypeError for a wrong option and for content that was read already
 * @example await passOn(reply, response, {}, ({ content }) => content?.pipe(response), (failure) => response.destroy(failure));
 */
export async function passOn(
  reply: Reply,
  response: NodeResponse,
  options: RelayOptions,
  send: (passage: Passage) => void,
  fail: (failure: Error) => void,
): Promise<void> {
  check(options);
  const head = headOf(reply);
  const inspection = new Inspection(head, replyOptions(options));
  const failure = await inspection.failure(reply);
  if (failure) {
    copyFields(response, inspection.liveFields());
    throw failure;
  }
  if (options.hiddenFailures) markInspected(response);
  const { method } = response.req;
  const content = mayHaveContent(method, head.status) && !isTaken(response) ? contentOf(reply) : null;
  if (content) await begun(content, response, head.status, fail);
  else discardContent(reply);
  if (!isTaken(response)) send(passage(isFetched(reply) ? decodedHead(head, content) : head, content, method, options));
}

function passage(head: ReplyHead, content: Readable | null, method: string | undefined, options: RelayOptions): Passage {
  const isEmpty = content ? content.readableLength === 0 : head.headers["content-length"] === "0";
  const { status, headers } = successHead(head, isEmpty, options);
  if (content && !isEmpty) return { status, headers, content };
  return { status, headers: method === "HEAD" ? headers : { ...headers, "content-length": undefined }, content: null };
}

const checked = new WeakSet<RelayOptions>();

/** Once: it would cost more than all the rest. */
function check(options: RelayOptions): void {
  if (checked.has(options)) return;
  checkOptions(options, "relay");
  checked.add(options);
}

/** The client has left, or somebody else has answered. */
function isTaken(response: NodeResponse): boolean {
  return response.headersSent || isGone(response);
}

/** Waits until content has something to give, or has ended. It is let go of when the response is closed. */
async function begun(content: Readable, response: NodeResponse, status: number, fail: (failure: Error) => void) {
  if (content.readableDidRead) throw new TypeError("relay: the reply's content was read already");
  let failure: Error | undefined;
  let tell = (early: Error) => {
    failure = early;
  };
  content.on("error", ignore); // finished() tells, of content too that was destroyed before anybody listened
  onClose(response, () => {
    tell = () => {}; // nobody waits for it any more
    content.destroy();
  });
  await new Promise<void>((settle) => {
    finished(content.once("readable", settle), { writable: false }, (error) => {
      if (error) tell(brokenOff(error, status));
      settle();
    });
  });
  if (failure) throw failure;
  tell = fail;
}

function ignore(): void {}
