import { Readable } from "node:stream";
import { markExchange, silence, type NodeResponse } from "../node/exchange.js";
import { keepHead } from "../node/response-fields.js";
import type { Head } from "../node/response-head.js";
import { keepConnection } from "../node/unanswered-connections.js";
import { defaultErrorBodyLimit } from "../util/limits.js";
import { noop } from "../util/noop.js";
import type { Recording, WritingMethods } from "./response-methods.js";

/** Controls a reply that is withheld from the client, while its writer sees a response that seems to be sent. */
export interface CapturedReply {
  readonly body: Readable;
  readonly write: (args: readonly unknown[]) => boolean;
  readonly end: (args: readonly unknown[]) => void;
  readonly flush: () => void;
  /** Ends the body: nothing more comes. */
  readonly finish: () => void;
  /** Undoes what was done to the response's head since the capture, which Node would not have sent either. */
  readonly restoreHead: () => void;
  /** Makes the response show its real state again, so that we can answer. */
  readonly showRealState: () => void;
  /** Repeats all recorded calls, and returns what the last write() returns. The response is passed through from then on. */
  readonly replay: () => boolean;
  /** Fails what the writer still writes, with an error where it listens for one. */
  readonly rejectWriter: () => void;
}

/**
 * Captures what is written to a response.
 * @param limit octets that are read at most
 * @param recording for a reply that may be replayed, as it is beyond the limit. It applies no backpressure: compression, which wraps the
 *   response from outside, has its own "drain" event, and ours would reach nobody
 */
export function captureReply(response: NodeResponse, limit = defaultErrorBodyLimit, recording?: Recording): CapturedReply {
  let [isWhole, isFinished, isFull, isRejected] = [false, false, false, false];
  let room = limit;
  let releaseConnection = noop;
  const restoreHead = keepHead(response);
  const body = new Readable({ highWaterMark: 16_384, read: resume }).on("error", noop);
  pretend(response, "headersSent");

  function resume() {
    if (isFull) response.emit("drain");
    isFull = false;
  }

  function write(args: readonly unknown[], method: "write" | "end" = "write"): boolean {
    const callback = args.slice(1).find(isCallback);
    const isAccepted = !isFinished && !body.destroyed;
    if (callback) process.nextTick(callback, isAccepted ? undefined : answeredInstead());
    if (isRejected) process.nextTick(emitRejection); // once it listens
    if (!isAccepted) return false;
    pushChunk(method, args);
    return recording && method === "write" && room < 0 ? replay() : !isFull;
  }

  function pushChunk(method: "write" | "end", [given, encoding]: readonly unknown[]) {
    // The writer may use a buffer again.
    const chunk = recording && given instanceof Uint8Array ? Buffer.from(given) : given;
    const coding = typeof encoding === "string" ? (encoding as BufferEncoding) : undefined;
    recording?.calls.push([method, [chunk, coding]]);
    room -= octetsIn(chunk, coding);
    isFull = !body.push(chunk ?? "", coding) && !recording;
  }

  function end(args: readonly unknown[]) {
    const callback = args.find(isCallback);
    if (callback) response.once("finish", callback as () => void); // the end of our answer
    const content = args.filter((arg) => !isCallback(arg));
    if (content.length > 0) write(content, "end");
    else if (!isWhole) recording?.calls.push(["end", []]);
    isWhole = true;
    finish();
    pretend(response, "writableEnded");
    pretend(response, "finished");
    releaseConnection();
    releaseConnection = keepConnection(response);
  }

  function finish() {
    if (!isFinished && !body.destroyed) body.push(null);
    isFinished = true;
  }

  function flush() {
    recording?.calls.push(["flushHeaders", []]);
  }

  function replay() {
    const { calls, replayTo, failed } = recording!;
    showRealState();
    restoreHead();
    markExchange(response, "isInspected");
    body.destroy();
    const methods = replayTo();
    let hasRoom: unknown;
    for (const [at, [method, args]] of calls.entries()) {
      try {
        hasRoom = methods[method](...args);
      } catch (thrown) {
        if (at === calls.length - 1) throw thrown; // the writer is at this call
        failed(thrown);
        return false;
      }
    }
    return hasRoom !== false;
  }

  function showRealState() {
    releaseConnection();
    for (const name of ["headersSent", "writableEnded", "finished"]) Reflect.deleteProperty(response, name);
  }

  function rejectWriter() {
    releaseConnection();
    body.destroy();
    isFinished = true;
    if (isWhole) return;
    isRejected = true;
    silence(response);
    emitRejection();
  }

  function emitRejection() {
    // stream.pipeline() and events.once() wait for it. Where nobody listens, an error would end the process.
    if (response.listenerCount("error") > 0) response.off("error", noop).on("error", noop).emit("error", answeredInstead());
  }

  return { body, write, end, flush, finish, restoreHead, showRealState, replay, rejectWriter };
}

const truth = { value: true, configurable: true, writable: true };

/** Sets a member of the response to true before Node does. */
export function pretend(response: NodeResponse, name: "headersSent" | "writableEnded" | "finished"): void {
  Object.defineProperty(response, name, truth);
}

/** Sends a head that only seemed to be sent. If Node refuses it, the response shows that again. */
export function sendHead(response: NodeResponse, writeHead: WritingMethods["writeHead"], head: Head): void {
  try {
    writeHead.apply(response, head);
  } catch (invalid) {
    Reflect.deleteProperty(response, "headersSent");
    throw invalid;
  }
}

/**
 * Gives the length of a chunk in octets. What is no content counts as endless, so that it is replayed and Node rejects it in front of its
 * writer.
 */
function octetsIn(chunk: unknown, coding: BufferEncoding | undefined): number {
  if (typeof chunk === "string") return Buffer.byteLength(chunk, coding);
  return chunk instanceof Uint8Array ? chunk.length : Infinity;
}

function isCallback(value: unknown): value is (error?: Error) => void {
  return typeof value === "function";
}

/** Creates the error that a writer gets, with the code of node:http for a client that has left. */
function answeredInstead(): Error {
  return Object.assign(new Error("The response was answered by fgResponses()"), { code: "ERR_STREAM_DESTROYED" });
}
