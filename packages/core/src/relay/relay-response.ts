import type { Readable } from "node:stream";
import { isErrorStatus } from "../contract/contract.js";
import { asBrokenReply } from "../recognisers/http-clients/broken-reply.js";
import { survivingFieldsOf } from "../reply/inspect-reply.js";
import { leftHead } from "../reply/left-body.js";
import { replyOptions } from "../reply/reply-finding.js";
import type { Reply } from "../reply/reply.js";
import { noOptions, responderOf } from "../responder/cached-responder.js";
import { read } from "../util/safe-read.js";
import { answerFetch, fetchFacts, fetchResponse, methodOf, type FetchRequest } from "./fetch-response.js";
import { relayReply, type RelayOptions } from "./relay-reply.js";

/**
 * Relays an upstream's reply as a fetch Response: a success streams through, everything else is answered by the contract. It is for hosts
 * that send a fetch Response, such as Hono, where there is no fgErrors(). Content that breaks after it has begun errors the Response's
 * stream and is reported; a client that leaves (`request.signal`, or a stream that is cancelled) ends the upstream's content.
 * @param reply a reply of fetch(), undici's request() or node:http, its content not read yet, or a promise of it: a rejection is
 *   answered, too
 * @param request the client's: its method, URL (for the path), header fields, and signal are read
 * @param options those of `fgErrors()`; hand over the same object each time, since it is checked once. Default {}
 * @returns a promise that settles when the content has begun
 * @throws TypeError for a wrong option; nothing else
 * @example export default { fetch: (request: Request) => relayResponse(fetch("http://orders.internal/orders"), request) };
 */
export async function relayResponse(
  reply: Reply | PromiseLike<Reply>,
  request: FetchRequest,
  options: RelayOptions = noOptions,
): Promise<Response> {
  const respond = responderOf(options, "relayResponse");
  const method = methodOf(request);
  const signal = signalOf(request);
  const hasLeft = () => signal?.aborted === true;
  try {
    const { content, receivedStatus, ...head } = await relayReply(await reply, method, {
      ...options,
      signal,
      target: fetchFacts(request).url,
    });
    if (hasLeft()) throw new DOMException("The client has left", "AbortError");
    const broken = (reason: unknown) => {
      const failure = asBrokenReply(reason, receivedStatus);
      if (!hasLeft()) respond.report(failure, fetchFacts(request));
      return failure;
    };
    const sent = isErrorStatus(head.status) ? leftHead(respond, head, fetchFacts(request), replyOptions(options)) : head;
    return fetchResponse(method, sent, content && webStream(content, broken));
  } catch (thrown) {
    return answerFetch(respond, thrown, request, survivingFieldsOf(thrown));
  }
}

function signalOf(request: FetchRequest): AbortSignal | undefined {
  const signal = read(request, "signal");
  return signal instanceof AbortSignal ? signal : undefined;
}

/**
 * Makes content a web stream that reads as much as its reader does. Content that breaks errors the stream, so that no host mistakes that
 * for a clean end.
 * @param broken returns the error for the reader; not called once the reader has cancelled
 */
function webStream(content: Readable, broken: (reason: unknown) => unknown): ReadableStream<Uint8Array> {
  const chunks = content[Symbol.asyncIterator]() as AsyncIterator<string | Uint8Array, undefined>;
  let isCancelled = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next().catch((reason: unknown) => {
          if (!isCancelled) throw broken(reason);
        });
        if (isCancelled) return;
        if (!next || next.done) controller.close();
        else controller.enqueue(typeof next.value === "string" ? Buffer.from(next.value) : next.value);
      },
      cancel() {
        isCancelled = true;
        content.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
