// Faults before a connection is there: names, routes, ports.
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns";
import { once } from "node:events";
import { connect, createServer, type LookupFunction, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { Worker } from "node:worker_threads";
import { patience, scaled } from "../patience.js";
import { before, type Connect, type Fault, type Upstream } from "./fault.js";
import { listen } from "./upstreams.js";

export const connecting: readonly Fault[] = [
  ...before("dns_error", {
    "DNS: no such name": named(3),
    "DNS: no address": named(0),
    "DNS: server failure": named(2),
    "DNS: refused": named(5),
    "DNS: format error": named(1),
    "DNS: not implemented": named(4),
  }),
  ...before("dns_timeout", { "DNS: no answer": named(undefined) }),
  ...before("destination_ip_unroutable", { unroutable: nowhere("http://255.255.255.255:80") }), // TCP knows no broadcast
  ...before("connection_refused", {
    refused,
    "refused by a missing unix socket": nowhere("http://localhost", missing()),
  }),
  ...before("connection_timeout", { "connect timeout": deaf }, { endless: true }),
];

function missing(): Connect {
  return { socketPath: `${tmpdir()}/s3cr3t-${process.pid}.sock` };
}

/** An address that needs nobody to fail. */
function nowhere(url: string, options: Connect = {}): Fault["start"] {
  return async () => ({ url, connect: options, connections: () => 0, close: async () => undefined });
}

/** A name whose server answers with this code (RFC 1035 section 4.1.1), or not at all. */
function named(code: number | undefined): Fault["start"] {
  return async () => {
    const server = createSocket("udp4", (query, { port }) => {
      if (code === undefined) return;
      const reply = Buffer.from(query);
      reply.writeUInt16BE(0x8180 | code, 2);
      reply.writeUInt16BE(0, 10); // nothing additional: the query's EDNS record was there
      server.send(reply.subarray(0, query.indexOf(0, 12) + 5), port); // header and question
    });
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    const resolver = new Resolver({ timeout: code === undefined ? 100 : patience, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    const lookup: LookupFunction = (name, _options, found) => {
      resolver.resolve4(name, (error, [address = ""] = []) => found(error, address, 4));
    };
    const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
    return { url: "http://s3cr3t.test", connect: { lookup }, connections: () => 0, close };
  };
}

/** A port that is taken, by a connection, so that nobody will listen there. */
async function refused(): Promise<Upstream> {
  const { url, close } = await listen(createServer(), "http://127.0.0.1", {}, () => undefined);
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(
    socket.on("error", () => undefined),
    "connect",
  );
  return { url: `http://127.0.0.1:${socket.localPort}`, connect: {}, connections: () => 0, close };
}

/** Listens in a thread that then does nothing more: once its short queue is full, the kernel drops whoever knocks. */
async function deaf(): Promise<Upstream> {
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
    const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(workerData, 0, 0);
      server.close();
    });`,
    { eval: true, workerData: sleep },
  );
  const [port] = (await once(worker, "message")) as [number];
  const queue: Socket[] = [];
  do queue.push(connect(port, "127.0.0.1").on("error", () => undefined));
  while (await isConnected(queue.at(-1)!));
  const close = async () => {
    for (const socket of queue) socket.destroy();
    await worker.terminate();
  };
  return { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close };
}

/** On loopback this takes no time, or for ever. */
function isConnected(socket: Socket): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => void setTimeout(resolve, scaled(100), false));
  return Promise.race([once(socket, "connect").then(() => true), late]);
}
