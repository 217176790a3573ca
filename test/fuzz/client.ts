// A client that takes its time, or none: sends octets in its manner, and notes what comes of it.
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import { clean, requests, type Sent } from "./requests.js";

/** In how many pieces, and milliseconds between them. The last takes longer than a gateway waits for a request. */
const paces = {
  "at once": [1, 0],
  "in pieces": [4, 5],
  slowly: [40, 30],
  "too slowly": [30, 80],
} as const;

export interface Case extends Sent {
  readonly pace: keyof typeof paces;
  /** What it does once all is sent: waits for the end, closes its side, or leaves. */
  readonly ending: "wait" | "half close" | "leave" | "reset";
  /** Milliseconds before that. */
  readonly after: number;
  /** Reads nothing until then. */
  readonly isDeaf: boolean;
}

const wild: Arbitrary<Case> = fc
  .record({
    sent: requests,
    pace: fc.constantFrom("at once", "at once", "at once", "in pieces", "in pieces", "slowly", "too slowly"),
    ending: fc.constantFrom("wait", "wait", "half close", "half close", "leave", "reset"),
    after: fc.constantFrom(0, 0, 1, 20, 300),
    isDeaf: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  } as const)
  .map(({ sent, ...rest }) => ({ ...sent, ...rest }));

const tame = clean.map((sent): Case => ({ ...sent, pace: "at once", ending: "wait", after: 0, isDeaf: false }));

export const cases: Arbitrary<Case> = fc.oneof({ weight: 4, arbitrary: wild }, tame);

export interface Exchange {
  readonly bytes: string;
  /** How the connection ended: it never did, the client left, with a clean end, or with an error. */
  readonly end: "never" | "left" | "clean" | string;
}

/** @param most milliseconds that the connection may last after all is sent */
export async function converse(port: number, { bytes, pace, ending, after, isDeaf }: Case, most: number): Promise<Exchange> {
  const chunks: Buffer[] = [];
  let end: Exchange["end"] = "never";
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const isOver = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  socket.on("end", () => {
    if (end === "never") end = "clean";
    socket.end();
  });
  socket.on("error", ({ code = "error" }: NodeJS.ErrnoException) => {
    if (end === "never") end = code;
  });
  const listen = () => void socket.on("data", (chunk) => chunks.push(chunk));
  if (!isDeaf) listen();
  await send(socket, bytes, pace);
  await delay(after);
  if (isDeaf) listen();
  if (ending === "half close") socket.end();
  else if (ending !== "wait") {
    end = "left";
    if (ending === "leave") socket.destroy();
    else socket.resetAndDestroy();
  }
  await Promise.race([isOver, delay(most, undefined, { ref: false })]);
  socket.destroy();
  return { bytes: Buffer.concat(chunks).toString("latin1"), end };
}

async function send(socket: Socket, bytes: string, pace: Case["pace"]): Promise<void> {
  const [pieces, gap] = paces[pace];
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length && socket.writable; at += size) {
    socket.write(bytes.slice(at, at + size), "latin1");
    if (gap > 0) await delay(gap);
  }
}
