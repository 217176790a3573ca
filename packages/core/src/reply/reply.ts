import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { ReplyHead } from "../http/reply-head.js";
import { noop } from "../util/noop.js";
import { read } from "../util/safe-read.js";

/**
 * Describes what is read of a fetch Response: Node's or undici's own, whose streams differ in their types.
 * @example
 * const reply: FetchReply = await fetch(url);
 * const problem = await normalizeUpstream(reply);
 */
export interface FetchReply {
  readonly status: number;
  readonly headers: Iterable<[string, string]>;
  readonly body: { cancel(reason?: unknown): Promise<void> } | Readable | null;
  /** Copies the response. Some that look like fetch's lack it: then a success's content cannot be inspected ahead. */
  clone?(): FetchReply;
}

/**
 * Describes what undici's `request()` gives, or a reply that is put into its form.
 * @example
 * const reply: NodeReply = { statusCode: 410, headers: {}, body: Readable.from(["Deleted"]) };
 * const { status } = await normalizeUpstream(reply); // 404
 */
export interface NodeReply {
  readonly statusCode: number;
  /** Header fields; names in lower case. */
  readonly headers: ReplyHead["headers"];
  readonly body?: Readable | null | undefined;
}

/**
 * Describes an upstream's reply: node:http's, fetch's or undici's.
 * @example
 * const pass = (reply: Reply) => relay(response, reply);
 * await pass(await fetch(url));
 */
export type Reply = IncomingMessage | FetchReply | NodeReply;

/** Reads the status and header fields of a reply. A status that was never received is 0. */
export function headOf(reply: Reply): ReplyHead {
  if (!isFetched(reply)) return { status: reply.statusCode ?? 0, headers: reply.headers };
  const fields = Array.from(reply.headers); // once: fetch sorts them each time
  const headers: Record<string, string | string[]> = Object.fromEntries(fields);
  const cookies = fields.filter(([name]) => name === "set-cookie");
  if (cookies.length > 0) headers["set-cookie"] = cookies.map(([, cookie]) => cookie);
  return { status: reply.status, headers };
}

/** Whether fetch made this reply, and undid the content codings that it knows. */
export function isFetched(reply: Reply): reply is FetchReply {
  return !("statusCode" in reply);
}

/** Gives the content of a reply that nobody has read, as a Node stream; null where there is none. */
export function contentOf(reply: Reply): Readable | null {
  const content = bodyOf(reply) ?? null;
  if (content && isNodeStream(content)) return handleRequestError(content);
  return content && Readable.fromWeb(content as never);
}

/**
 * Listens for errors of the request that a reply of node:http answers, and returns the reply. The reply reports what breaks its content,
 * but Node emits the same on the request, and ends the process where nobody listens: events.once() does not after the "response".
 * @example handleRequestError(reply).pipe(response);
 */
export function handleRequestError<Content extends object>(reply: Content): Content {
  const request = "httpVersion" in reply ? read(reply, "req") : undefined;
  if (request instanceof EventEmitter) request.off("error", noop).on("error", noop);
  return reply;
}

/** Gives the error with which content broke off before its end; undefined where it did not, or where its reader will receive the error. */
export function contentFault(reply: Reply): Error | undefined {
  const content = bodyOf(reply);
  if (!content || !isNodeStream(content) || !content.destroyed || content.readableEnded) return undefined;
  return content.errored ?? new Error("The content was closed before its end", { cause: { code: "ERR_STREAM_PREMATURE_CLOSE" } });
}

/** Discards content that is not wanted, and the connection on which it would come. Never throws. */
export function discardContent(reply: Reply): void {
  try {
    const content = bodyOf(reply);
    if (!content) return;
    if (isNodeStream(content)) handleRequestError(content).on("error", noop).destroy();
    else content.cancel().catch(noop); // somebody else reads it
  } catch {}
}

function bodyOf(reply: Reply): FetchReply["body"] | undefined {
  return "httpVersion" in reply ? reply : reply.body;
}

/** Whether a stream is Node's, of a copy of node:stream too, and not a web stream. */
function isNodeStream(body: object): body is Readable {
  return "pipe" in body;
}

/**
 * Makes a reply of a head and a body that are at hand.
 * @example messageOf({ status: 200, headers: {} }, Readable.from(["text"]))
 */
export function messageOf({ status, headers }: ReplyHead, body: Readable | null): NodeReply {
  return { statusCode: status, headers, body };
}
