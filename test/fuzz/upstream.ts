// An upstream that misbehaves in every manner, in the same one for the same request.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import * as fc from "fast-check";
import { octets, written } from "../properties/octets.js";
import { requestIn } from "../upstream/request-octets.js";
import { anyStatus, errorStatus } from "../properties/replies.js";

const success = fc
  .constantFrom(200, 200, 201, 204, 206, 304, 302)
  .map(
    (status) =>
      `HTTP/1.1 ${status} OK\r\nContent-Type: text/plain\r\nContent-Length: ${status === 204 || status === 304 ? 0 : 12}\r\n\r\n${status === 204 || status === 304 ? "" : "all is well."}`,
  );
const chunked = fc
  .integer({ min: 0, max: 40 })
  .map((times) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"c\r\nall is well.\r\n".repeat(times)}0\r\n\r\n`);

const failure = octets(fc.oneof({ weight: 4, arbitrary: errorStatus }, anyStatus)).map((sent) =>
  written(sent).replaceAll("FSS.0", "ABC.0"),
);

/** Stands in the content of successes that break off, so that none of them may look whole. */
export const unfinished = "and then";

/** A success without a fault, or one that breaks off in the middle of its content. */
const plain = fc
  .tuple(fc.constantFrom(200, 200, 201, 206), fc.integer({ min: 0, max: 3 }), fc.constantFrom("whole", "short", "endless"))
  .map(([status, times, kind]) => {
    const content = "all is well.".repeat(times) + (kind === "whole" ? "" : unfinished);
    const [length, size] = [content.length + (kind === "short" ? 1 + times * 400 : 0), content.length.toString(16)];
    const isChunked = kind === "endless" || (kind === "whole" && times > 1);
    const chunks = `${size}\r\n${content}\r\n${kind === "endless" ? "" : "0\r\n\r\n"}`;
    const framing = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`;
    return `HTTP/1.1 ${status} OK\r\nContent-Type: text/plain\r\n${framing}\r\n\r\n${isChunked ? chunks : content}`;
  });

const upgrade = fc
  .constantFrom("", "Upgrade: websocket\r\n")
  .map((field) => `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${field}\r\nhello`);
const interim = fc.constantFrom(
  "",
  "",
  "",
  "",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n",
);
const garbage = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 100 });

interface Behaviour {
  readonly bytes: string;
  readonly times: number;
  /** Where it pauses, in parts of the whole, and for how many milliseconds; some are longer than a gateway waits. */
  readonly pauses: readonly (readonly [part: number, ms: number])[];
  readonly ending: "end" | "keep" | "reset";
  readonly isSilent: boolean;
}

const wild: fc.Arbitrary<Behaviour> = fc.record({
  bytes: fc
    .tuple(
      interim,
      fc.oneof(
        { weight: 3, arbitrary: success },
        { weight: 2, arbitrary: chunked },
        { weight: 6, arbitrary: failure },
        upgrade,
        garbage,
      ),
    )
    .map((parts) => parts.join("")),
  times: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 2),
  pauses: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(1, 5, 20, 20, 50, 1300)), {
    maxLength: 2,
  }),
  ending: fc.constantFrom("end", "end", "end", "keep", "reset"),
  isSilent: fc.integer({ min: 0, max: 40 }).map((number) => number === 0),
});

const tame = plain.map((bytes): Behaviour => ({ bytes, times: 1, pauses: [], ending: "end", isSilent: false }));

const behaviour = fc.oneof({ weight: 3, arbitrary: wild }, tame);

export interface FuzzUpstream {
  readonly port: number;
  /** What it was asked for. */
  readonly targets: ReadonlySet<string>;
  readonly close: () => void;
}

export async function startUpstream(): Promise<FuzzUpstream> {
  const sockets = new Set<Socket>();
  const targets = new Set<string>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let [octets, isAnswered, isUpgrade] = ["", false, false];
    socket.on("data", (chunk) => {
      if (isUpgrade) return;
      octets = (octets + chunk.toString("latin1")).slice(0, 1_000_000);
      const [head, target] = /^\S+ (\S+) [^]*?\r\n\r\n/.exec(octets) ?? [];
      if (target === undefined) return;
      if (!isAnswered) void behave(socket, target); // before its content has come
      if (!isAnswered) targets.add(target);
      isUpgrade = /^upgrade:/im.test(head!);
      const whole = requestIn(octets);
      isAnswered = whole === undefined;
      if (whole) octets = octets.slice(whole.length);
    });
    socket.on("end", () => socket.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, targets, close };
}

async function behave(socket: Socket, target: string): Promise<void> {
  const seed = [...target].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) | 0, 7);
  const { bytes, times, pauses, ending, isSilent } = fc.sample(behaviour, { seed, numRuns: 1 })[0]!;
  if (isSilent) return;
  const all = bytes.repeat(times);
  let sent = 0;
  for (const [part, ms] of [...pauses].toSorted(([a], [b]) => a - b)) {
    const until = Math.floor(all.length * part);
    if (until > sent) socket.write(all.slice(sent, until), "latin1");
    sent = Math.max(sent, until);
    await delay(ms);
  }
  if (socket.destroyed) return;
  socket.write(all.slice(sent), "latin1");
  if (ending === "end") socket.end();
  else if (ending === "reset") setTimeout(() => socket.resetAndDestroy(), 20);
}
