import { Readable } from "node:stream";
import { silence } from "../node/answer.js";
import type { NodeResponse } from "../node/exchange.js";
import { markLookedInto } from "../node/looked-into.js";
import { keepHead, type Head } from "../node/response-head.js";
import { defaultErrorBodyLimit } from "../util/limits.js";
import type { Noted, Writing } from "./response-methods.js";

/** A reply that is kept from leaving, while to its writer the response looks as if it had. */
export interface TakenReply {
  readonly body: Readable;
  readonly write: (args: readonly unknown[]) => boolean;
  readonly end: (args: readonly unknown[]) => void;
  readonly flush: () => void;
  /** What has come is all that comes. */
  readonly finish: () => void;
  /** Undoes what was done to the response's head since, which Node would not have sent either. */
  readonly restoreHead: () => void;
  /** Makes the response look again as it is. */
  readonly giveBack: () => void;
  /** Lets it go: says anew what was said so far, and gives what the last write() says. What comes next is no business of ours. */
  readonly letGo: () => boolean;
  /** Turns the writer away, and tells it if it has more to write. */
  readonly close: () => void;
}

/**
 * @param limit octets that are looked at at most
 * @param noted for a reply that may be let go, as it is beyond the limit. It never claims to be full: compression, outside of us, keeps
 *   those who wait for "drain" to its own stream, and ours would reach nobody
 */
export function takeReply(response: NodeResponse, limit = defaultErrorBodyLimit, noted?: Noted): TakenReply {
  let [isWhole, isFinished, isFull, isClosed] = [false, false, false, false];
  let room = limit;
  const restoreHead = keepHead(response);
  const body = new Readable({ highWaterMark: 16_384, read: drain }).on("error", ignore);
  pretend(response, "headersSent");

  function drain() {
    if (isFull) response.emit("drain");
    isFull = false;
  }

  function write(args: readonly unknown[], way: "write" | "end" = "write"): boolean {
    const callback = args.slice(1).find(isCallback);
    const isTaken = !isFinished && !body.destroyed;
    if (callback) process.nextTick(callback, isTaken ? undefined : closed());
    if (isClosed) process.nextTick(turnAway); // once it listens
    if (!isTaken) return false;
    take(way, args);
    return noted && way === "write" && room < 0 ? letGo() : !isFull;
  }

  function take(way: "write" | "end", [given, encoding]: readonly unknown[]) {
    // The writer may use a buffer again.
    const chunk = noted && given instanceof Uint8Array ? Buffer.from(given) : given;
    const coding = typeof encoding === "string" ? (encoding as BufferEncoding) : undefined;
    noted?.calls.push([way, [chunk, coding]]);
    room -= octetsIn(chunk, coding);
    isFull = !body.push(chunk ?? "", coding) && !noted;
  }

  function end(args: readonly unknown[]) {
    const callback = args.find(isCallback);
    if (callback) response.once("finish", callback as () => void); // ours will be its end
    const content = args.filter((arg) => !isCallback(arg));
    if (content.length > 0) write(content, "end");
    else if (!isWhole) noted?.calls.push(["end", []]);
    isWhole = true;
    finish();
    pretend(response, "writableEnded");
    pretend(response, "finished");
  }

  function finish() {
    if (!isFinished && !body.destroyed) body.push(null);
    isFinished = true;
  }

  function flush() {
    noted?.calls.push(["flushHeaders", []]);
  }

  function letGo() {
    const { calls, reopen, failed } = noted!;
    giveBack();
    restoreHead();
    markLookedInto(response);
    body.destroy();
    const to = reopen();
    let hasRoom: unknown;
    for (const [at, [way, args]] of calls.entries()) {
      try {
        hasRoom = to[way](...args);
      } catch (thrown) {
        if (at === calls.length - 1) throw thrown; // the writer is at this one
        failed(thrown);
        return false;
      }
    }
    return hasRoom !== false;
  }

  function giveBack() {
    for (const name of ["headersSent", "writableEnded", "finished"]) Reflect.deleteProperty(response, name);
  }

  function close() {
    body.destroy();
    isFinished = true;
    if (isWhole) return;
    isClosed = true;
    silence(response);
    turnAway();
  }

  function turnAway() {
    // stream.pipeline() and events.once() wait for it. Where nobody listens, an error would end the process.
    if (response.listenerCount("error") > 0) response.off("error", ignore).on("error", ignore).emit("error", closed());
  }

  return { body, write, end, flush, finish, restoreHead, giveBack, letGo, close };
}

const itIs = { value: true, configurable: true, writable: true };

/** Makes a member of the response true, as it will be. */
export function pretend(response: NodeResponse, name: "headersSent" | "writableEnded" | "finished"): void {
  Object.defineProperty(response, name, itIs);
}

/** Sends a head that only seemed to be sent. If Node does not take it, it is not. */
export function sendHead(response: NodeResponse, writeHead: Writing["writeHead"], head: Head): void {
  try {
    writeHead.apply(response, head);
  } catch (invalid) {
    Reflect.deleteProperty(response, "headersSent");
    throw invalid;
  }
}

/** Endless for what is no content, so that Node says so to whoever wrote it. */
function octetsIn(chunk: unknown, coding: BufferEncoding | undefined): number {
  if (typeof chunk === "string") return Buffer.byteLength(chunk, coding);
  return chunk instanceof Uint8Array ? chunk.length : Infinity;
}

function isCallback(value: unknown): value is (error?: Error) => void {
  return typeof value === "function";
}

/** As node:http says when the client has left. */
function closed(): Error {
  return Object.assign(new Error("The response was answered by fgResponses()"), { code: "ERR_STREAM_DESTROYED" });
}

function ignore(): void {}
