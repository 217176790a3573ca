import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough, Readable } from "node:stream";
import type { ReplyHead } from "../http/reply-head.js";
import { http2Value, isFieldValue } from "../http/sendable.js";

/** Not so for what http-proxy-3 makes of a fetch reply: that has a head only. */
export function isStream(reply: IncomingMessage): boolean {
  return typeof reply.pipe === "function";
}

/** What the library is to copy of a reply: nothing that Node would refuse when the content comes, where no one could catch it. */
export function setHead(reply: IncomingMessage, { status, headers }: ReplyHead, response: ServerResponse): void {
  reply.headers = ("stream" in response ? http2Fields(headers) : headers) as IncomingMessage["headers"];
  if (status !== reply.statusCode || !isFieldValue(reply.statusMessage ?? "")) reply.statusMessage = ""; // Node knows the status's own
  if (status !== reply.statusCode) reply.statusCode = status;
}

function http2Fields(headers: ReplyHead["headers"]): Record<string, unknown> {
  const fields = Object.entries(headers).map(([name, value]) => [name, http2Value(name, value)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** Members of a reply that describe it. */
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

/** A reply as handlers of the user's may see it whose content is read by us: one that never gives any. */
export function headOnly(reply: IncomingMessage): IncomingMessage {
  const members = described.map((name) => [name, (reply as never)[name]]);
  return Object.assign(new Readable({ read() {} }), Object.fromEntries(members)) as unknown as IncomingMessage;
}

/**
 * Holds back what the library pipes into a response when it has looked at it, that is when it returns, whatever stream it makes of the
 * reply. Those who read the reply as well see all of it once.
 * @param passes whether the content goes on; must not reject
 */
export function holdPiped(response: ServerResponse, passes: (content: Readable) => Promise<boolean>): void {
  response.once("pipe", hold);
  queueMicrotask(() => response.off("pipe", hold));

  function hold(source: Readable) {
    const content = new PassThrough();
    source.unpipe(response);
    source.pipe(content);
    void passes(content).then((isGood) => (isGood ? content.pipe(response) : source.destroy()));
  }
}

const seeming = new WeakSet<ServerResponse>();

/** By which the libraries tell whether a response still needs them. */
const signs = ["finished", "writableEnded", "destroyed"] as const;

/**
 * Makes the library take a response for done while it looks at it, that is until it returns: else it would pipe the reply, and httpxy
 * would destroy the response along with it.
 */
export function seemDone(response: ServerResponse): void {
  if (seeming.has(response)) return; // a second pretence would take the first for the truth
  seeming.add(response);
  queueMicrotask(() => seeming.delete(response));
  for (const sign of signs) {
    if (response[sign]) continue; // of node:http, `writableEnded` follows `finished`
    if (Object.hasOwn(response, sign)) {
      Object.assign(response, { [sign]: true });
      queueMicrotask(() => Object.assign(response, { [sign]: false }));
    } else {
      Object.defineProperty(response, sign, { value: true, writable: true, configurable: true });
      queueMicrotask(() => Reflect.deleteProperty(response, sign)); // which makes an object slow for good: only of HTTP/2
    }
  }
}
