// An upstream that misbehaves in every manner, in the same one for the same request.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import * as fc from "fast-check";
import { octets, written } from "../properties/octets.js";
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

const behaviour = fc.record({
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
  /** Where it pauses, in parts of the whole, and for how many milliseconds; some are longer than a gateway waits. */
  pauses: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(1, 5, 20, 20, 50, 1300)), {
    maxLength: 2,
  }),
  ending: fc.constantFrom("end", "end", "end", "keep", "reset"),
  isSilent: fc.integer({ min: 0, max: 40 }).map((number) => number === 0),
});

export interface FuzzUpstream {
  readonly port: number;
  readonly close: () => void;
}

export async function startUpstream(): Promise<FuzzUpstream> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let head = "";
    socket.on("data", (chunk) => {
      head = (head + chunk.toString("latin1")).slice(0, 100_000);
      const target = /^\S+ (\S+) [^]*?\r\n\r\n/.exec(head)?.[1];
      if (target === undefined) return;
      head = "";
      void behave(socket, target);
    });
    socket.on("end", () => socket.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

async function behave(socket: Socket, target: string): Promise<void> {
  const seed = [...target].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) | 0, 7);
  const [{ bytes, times, pauses, ending, isSilent }] = fc.sample(behaviour, { seed, numRuns: 1 }) as [
    BehaviourOf<typeof behaviour>,
  ];
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

type BehaviourOf<A> = A extends fc.Arbitrary<infer B> ? B : never;
