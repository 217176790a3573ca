import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough, Readable } from "node:stream";
import { isHttp2 } from "../http/is-http2.js";
import type { ReplyHead } from "../http/reply-head.js";
import { http2Value, isFieldValue } from "../http/is-field.js";
import { markSeemingDone } from "../node/exchange.js";
import { keepConnection } from "../node/unanswered-connections.js";
import { discardContent } from "../reply/reply.js";

/** Whether a reply has content to read: what http-proxy-3 makes of a fetch reply has a head only. */
export function isReadable(reply: IncomingMessage): boolean {
  return typeof reply.pipe === "function";
}

/** Sets the head that the library copies: nothing that Node would refuse when the content comes, where no one could catch it. */
export function setHead(reply: IncomingMessage, { status, headers }: ReplyHead, response: ServerResponse): void {
  reply.headers = (isHttp2(response) ? http2Fields(headers, status) : headers) as IncomingMessage["headers"];
  if (status !== reply.statusCode || !isFieldValue(reply.statusMessage ?? "")) reply.statusMessage = ""; // Node knows the status's own
  if (status !== reply.statusCode) reply.statusCode = status;
}

function http2Fields(headers: ReplyHead["headers"], status: number): Record<string, unknown> {
  const fields = Object.entries(headers).map(([name, value]) => [name, http2Value(name, value, status)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** Lists the members of a reply that describe it. */
const described = [
  "headers",
  "rawHeaders",
  "statusCode",
  "statusMessage",
  "httpVersion",
  "httpVersionMajor",
  "httpVersionMinor",
  "req",
  "socket",
] as const;

/** Creates a copy of a reply for the user's handlers that never gives content: the content is ours to read. */
export function headOnly(reply: IncomingMessage): IncomingMessage {
  const members = described.map((name) => [name, (reply as never)[name]]);
  return Object.assign(new Readable({ read() {} }), Object.fromEntries(members)) as unknown as IncomingMessage;
}

/**
 * Runs a user's handler of a reply.
 * @returns whether it has changed the status or a header field, in place or not: only then the head is inspected again
 */
export function changesHead(reply: IncomingMessage, handle: () => void): boolean {
  const { headers, statusCode } = reply;
  let isChanged = false;
  const watched = new Proxy(headers, {
    // To assign defines, too.
    defineProperty(fields, name, descriptor) {
      isChanged = true;
      return Reflect.defineProperty(fields, name, descriptor);
    },
    deleteProperty(fields, name) {
      isChanged = true;
      return Reflect.deleteProperty(fields, name);
    },
  });
  reply.headers = watched;
  handle();
  if (reply.headers === watched) reply.headers = headers;
  else isChanged = true;
  return isChanged || reply.statusCode !== statusCode;
}

/**
 * Inspects what the library pipes into a response before it returns, whatever stream it makes of the reply. Other readers of the reply see
 * all of it once.
 * @param passes whether the content is sent; must not reject
 */
export function inspectPiped(response: ServerResponse, passes: (content: Readable) => Promise<boolean>): void {
  response.once("pipe", divert);
  queueMicrotask(() => response.off("pipe", divert));

  function divert(source: Readable) {
    const content = new PassThrough();
    source.unpipe(response);
    source.pipe(content);
    void passes(content).then((isGood) => (isGood ? content.pipe(response) : source.destroy()));
  }
}

/** Lists the members by which the libraries see whether a response still needs them. */
const signs = ["finished", "writableEnded", "destroyed"] as const;

/**
 * Makes a response seem done to the library until it returns: else it would pipe the reply, and httpxy would destroy the response along
 * with it.
 */
export function seemDone(response: ServerResponse): void {
  if (!markSeemingDone(response)) return; // otherwise the pretended value would be restored later as the real one
  queueMicrotask(keepConnection(response));
  const state = response as Record<(typeof signs)[number], boolean>;
  for (const sign of signs) {
    if (response[sign]) continue; // in node:http, `writableEnded` follows `finished`
    if (Object.hasOwn(response, sign)) {
      state[sign] = true;
      queueMicrotask(() => void (state[sign] = false));
    } else {
      Object.defineProperty(response, sign, { value: true, writable: true, configurable: true });
      queueMicrotask(() => Reflect.deleteProperty(response, sign)); // which makes an object slow for the rest of its use: only for HTTP/2
    }
  }
}

/** Discards a reply that is not needed any more. */
export function discardReply(reply: IncomingMessage, response: ServerResponse): void {
  seemDone(response);
  if (isReadable(reply)) discardContent(reply);
}
