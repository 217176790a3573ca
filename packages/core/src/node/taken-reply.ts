import { Readable } from "node:stream";
import { silence, type NodeResponse } from "./answer.js";

/** A reply that is kept from leaving, while to its writer the response looks as if it had. */
export interface TakenReply {
  readonly body: Readable;
  readonly write: (args: readonly unknown[]) => boolean;
  readonly end: (args: readonly unknown[]) => void;
  /** What has come is all that comes. */
  readonly finish: () => void;
  /** Makes the response look again as it is. */
  readonly giveBack: () => void;
  /** Turns the writer away, and tells it if it has more to write. */
  readonly close: () => void;
}

export function takeReply(response: NodeResponse): TakenReply {
  let [isWhole, isFinished, isFull, isClosed] = [false, false, false, false];
  const body = new Readable({ highWaterMark: 16_384, read: drain }).on("error", ignore);
  pretend(response, "headersSent");

  function drain() {
    if (isFull) response.emit("drain");
    isFull = false;
  }

  function write([chunk, encoding, ...rest]: readonly unknown[]): boolean {
    const callback = [encoding, ...rest].find(isCallback);
    const isTaken = !isFinished && !body.destroyed;
    if (callback) process.nextTick(callback, isTaken ? undefined : closed());
    if (isClosed) process.nextTick(turnAway); // once it listens
    if (isTaken) isFull = !body.push(chunk ?? "", typeof encoding === "string" ? (encoding as BufferEncoding) : undefined);
    return isTaken && !isFull;
  }

  function end(args: readonly unknown[]) {
    const callback = args.find(isCallback);
    if (callback) response.once("finish", callback as () => void); // ours will be its end
    if (args[0] !== callback) write(args.slice(0, 2).filter((arg) => arg !== callback));
    isWhole = true;
    finish();
    pretend(response, "writableEnded");
    pretend(response, "finished");
  }

  function finish() {
    if (!isFinished && !body.destroyed) body.push(null);
    isFinished = true;
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

  return { body, write, end, finish, giveBack, close };
}

/** Makes a member of the response true, as it will be. */
export function pretend(response: NodeResponse, name: "headersSent" | "writableEnded" | "finished"): void {
  Object.defineProperty(response, name, { value: true, configurable: true, writable: true });
}

function isCallback(value: unknown): value is (error?: Error) => void {
  return typeof value === "function";
}

/** As node:http says when the client has left. */
function closed(): Error {
  return Object.assign(new Error("The response was answered by fgUpstream()"), { code: "ERR_STREAM_DESTROYED" });
}

function ignore(): void {}
