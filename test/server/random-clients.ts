// Clients that ask, break rules and leave at any moment: what each sends and when it leaves is drawn from a seed.
import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { request } from "../wire.js";
import { connectionErrors, data, frame, goaway, headers, ping, preface, reset, settingsAcknowledged } from "./frames.js";

export interface Client {
  /** Each is sent at once, after a wait of milliseconds. */
  readonly steps: readonly { readonly bytes: Buffer; readonly wait: number }[];
  readonly leave: "FIN" | "RST" | "FIN, then RST" | "close";
  /** Reads nothing. */
  readonly isDeaf: boolean;
}

const kept = { Connection: "keep-alive" };
const chunked = { ...kept, "Transfer-Encoding": "chunked" };

/** Paths of what an application may do with a request: see `application`. */
const paths = ["/poll", "/poll", "/quick", "/later", "/read", "/begun"] as const;

const whole = fc.constantFrom(...paths).map((path) => request(`GET ${path}`, kept));

const broken = fc.constantFrom(
  request("GET /", { ...kept, host: "b" }),
  request("GET /", { ...kept, Expect: "tea" }),
  request("CONNECT a:1"),
  request("GET /", { Connection: "Upgrade", Upgrade: "a" }),
  request("GET /taken", { Connection: "Upgrade", Upgrade: "a" }),
  request("POST /", { Connection: "Upgrade", Upgrade: "a", "Content-Length": "9" }),
  "GET / HTTP/1.0\r\n\r\n",
  "s3cr3t\r\n\r\n",
  "GET /poll HT",
);

const withContent = fc
  .tuple(
    fc.constantFrom(...paths),
    fc.constantFrom<[Readonly<Record<string, string>>, string]>(
      [{ ...kept, "Content-Length": "9" }, "all of it"],
      [{ ...kept, "Content-Length": "9" }, "half"],
      [{ ...kept, "Content-Length": "9", Expect: "100-continue" }, ""],
      [{ ...kept, "Content-Length": "900000" }, "x".repeat(200_000)],
      [chunked, "4\r\nhalf\r\n"],
      [chunked, "3\r\nall\r\n0\r\n\r\n"],
      [chunked, "s3cr3t\r\n"],
    ),
  )
  .map(([path, [fields, content]]) => request(`POST ${path}`, fields) + content);

const http1 = fc.array(fc.oneof({ weight: 3, arbitrary: whole }, broken, withContent), { minLength: 1, maxLength: 6 });

type Part = (stream: number) => Buffer;

const http2Parts: Arbitrary<Part> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...paths, "/large").map((path): Part => (stream) => headers(stream, path)) },
  { weight: 2, arbitrary: fc.constantFrom(...paths).map((path): Part => (stream) => Buffer.concat([headers(stream, path, false), data(stream)])) },
  { weight: 3, arbitrary: fc.constantFrom<Part>((stream) => data(stream - 2), (stream) => data(stream - 2, "", true), (stream) => reset(stream - 2), () => reset(1), () => goaway, () => ping(), () => settingsAcknowledged, () => frame(8, 0, 0, [0, 0, 255, 255])) },
  { weight: 2, arbitrary: fc.constantFrom(...Object.values(connectionErrors)).map((bytes): Part => () => bytes) },
); // prettier-ignore

const http2 = fc
  .array(http2Parts, { minLength: 1, maxLength: 8 })
  .map((parts) => parts.map((part, at) => (at === 0 ? Buffer.concat([preface, part(3)]) : part(2 * at + 3))));

/** Some steps go out with the one before, and the last may be cut short. */
function paced(bytes: Arbitrary<readonly (Buffer | string)[]>): Arbitrary<Client> {
  return fc
    .record({
      bytes,
      waits: fc.array(fc.constantFrom(0, 0, 0, 1, 5, 30), { minLength: 9, maxLength: 9 }),
      share: fc.constantFrom(1, 1, 1, 0.3, 0.8),
      leave: fc.constantFrom("FIN", "RST", "FIN, then RST", "close"),
      isDeaf: fc.constantFrom(false, false, true),
    } as const)
    .map(({ bytes: all, waits, share, ...rest }) => ({
      ...rest,
      steps: all.map((each, at) => {
        const buffer = Buffer.from(each as string, "latin1");
        const length = at === all.length - 1 ? Math.ceil(buffer.length * share) : buffer.length;
        return { bytes: buffer.subarray(0, length), wait: waits[at]! };
      }),
    }));
}

export const clients = { http1: paced(http1), http2: paced(http2) };

/** Does what a client does, until it has left. */
export async function act({ steps, leave, isDeaf }: Client, socket: Socket): Promise<void> {
  socket.on("error", () => {});
  if (!isDeaf) socket.resume();
  for (const { bytes, wait } of steps) {
    if (wait > 0) await delay(wait);
    if (socket.writable) socket.write(bytes);
  }
  await delay(5);
  if (leave.startsWith("FIN")) socket.end();
  if (leave === "FIN") return void setTimeout(() => socket.destroy(), 20_000).unref();
  if (leave === "FIN, then RST") await delay(5);
  if (leave === "close" || "encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
}
