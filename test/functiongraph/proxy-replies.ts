// What a function's host answers with a 200, and a gateway behind any integration, for tests that send the one through the other.
import { once } from "node:events";
import { createServer, get, type RequestListener } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import type { Integration } from "../integrations/integration.js";
import type { Host } from "../integrations/integration-hosts.js";
import { patience } from "../patience.js";
import { withServer } from "../wire.js";

export interface FunctionReply {
  readonly name: string;
  readonly fields?: Readonly<Record<string, string | string[]>>;
  /** Written one after the other. */
  readonly content: readonly (string | Buffer)[];
}

const json = { "Content-Type": "application/json" };
const undecided = { ...json, "X-Cff-Request-Id": "cff" };

const thrown = JSON.stringify({
  errorMessage: "function invocation exception, error: s3cr3t",
  errorType: "s3cr3t",
  stackTrace: ["at s3cr3t (/opt/s3cr3t.js:1:1)"],
});
const envelope = JSON.stringify({ request_id: "cff", result: thrown, log: "s3cr3t", status: 200 });
const late = JSON.stringify({ errorMessage: "invoke timed out after s3cr3t", errorType: "s3cr3t" });
const sized = (content: string) => ({ "Content-Length": String(Buffer.byteLength(content)) });

/** Failures, and what comes of them. */
export const failures: readonly (FunctionReply & { readonly status: number; readonly code: string })[] = [
  {
    name: "X-Func-Err-Code 4002",
    fields: { ...undecided, "X-Func-Err-Code": "4002" },
    content: [thrown],
    status: 502,
    code: "4002",
  },
  { name: "X-Func-Err-Code 4010", fields: { ...json, "X-Func-Err-Code": "4010" }, content: [thrown], status: 504, code: "4010" },
  { name: "X-Func-Err-Code 150429", fields: { "X-Func-Err-Code": "150429" }, content: [], status: 503, code: "150429" },
  {
    name: "X-Func-Err-Code 4140",
    fields: { ...json, "X-Func-Err-Code": "4140" },
    content: ["s3cr3t"],
    status: 400,
    code: "4140",
  },
  { name: "X-Is-Func-Err alone", fields: { "X-Is-Func-Err": "true" }, content: ["s3cr3t"], status: 502, code: "FSS.0502" },
  { name: "the content alone", fields: { ...undecided, ...sized(thrown) }, content: [thrown], status: 502, code: "4002" },
  { name: "content in pieces", fields: undecided, content: late.match(/.{1,20}/g)!, status: 504, code: "4010" },
  {
    name: "packed content",
    fields: { ...undecided, "Content-Encoding": "gzip" },
    content: [gzipSync(thrown)],
    status: 502,
    code: "4002",
  },
  { name: "an invocation's envelope", fields: undecided, content: [envelope], status: 502, code: "4002" },
];

const order = JSON.stringify({ id: 17, note: "naïve" });
const large = JSON.stringify({ items: "x".repeat(200_000) });

/** Successes, of which nothing may change. */
export const successes: readonly FunctionReply[] = [
  { name: 'X-Func-Err-Code "0"', fields: { ...undecided, "X-Func-Err-Code": "0", "X-Is-Func-Err": "false" }, content: [thrown] },
  { name: "no field of FunctionGraph's", fields: json, content: [thrown] },
  { name: "content with a length", fields: { ...undecided, ...sized(order), "X-Cff-Function-Log": "bG9n" }, content: [order] },
  { name: "content in pieces", fields: { ...undecided, "Set-Cookie": ["a=1", "b=2"] }, content: order.split("") },
  { name: "packed content", fields: { ...undecided, "Content-Encoding": "gzip" }, content: [gzipSync(order)] },
  { name: "content beyond the limit, of a length", fields: { ...undecided, ...sized(large) }, content: [large] },
  { name: "content beyond the limit, of none", fields: undecided, content: large.match(/.{1,9999}/g)! },
  { name: "no content", fields: { ...undecided, "Content-Length": "0" }, content: [] },
  { name: "what only seems to be JSON", fields: undecided, content: ['{"errorMessage":'] },
];

/** Answers like that, each piece in a turn of its own. */
export function answering({ fields = {}, content }: FunctionReply): RequestListener {
  return async (_request, response) => {
    response.writeHead(200, "Fine", { "Set-Cookie": "a=1", Server: "s3cr3t", Connection: "keep-alive", ...fields });
    for (const piece of content) {
      await new Promise((written) => response.write(piece, written));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

/** The failing ones' messages must not be seen anywhere. */
export const canary = /s3cr3t|errorMessage/i;

/** Runs `visit` against a gateway whose integration leads to that upstream. `reported` has what was reported. */
export async function behind<R>(
  host: Host,
  integration: Integration,
  upstream: RequestListener,
  visit: (port: number, reported: Problem[], connections: () => Promise<number>) => Promise<R>,
  options: ResponderOptions = { hiddenFailures: true },
): Promise<R> {
  const reported: Problem[] = [];
  const closers: (() => unknown)[] = [];
  const server = createServer(upstream);
  const connections = () =>
    new Promise<number>((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
  return withServer(server, async (port) => {
    const way = {
      upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
      limit: 5000,
      options: { onError: (problem: Problem) => void reported.push(problem), ...options },
      onClose: (close: () => unknown) => void closers.push(close),
    };
    try {
      return await withServer(await host.create(integration, way), (gateway) => visit(gateway, reported, connections));
    } finally {
      await Promise.all(closers.map((close) => close()));
    }
  });
}

/** The whole of a success: its head, but for the time, and its octets. */
export async function received(port: number, method = "GET") {
  const outgoing = get({ host: "127.0.0.1", port, method, path: "/orders", agent: false });
  const [reply] = await once(outgoing, "response");
  const octets = Buffer.concat(await reply.toArray()).toString("latin1"); // a text is compared faster
  const fields: string[] = reply.rawHeaders;
  const date = fields.findIndex((name) => name.toLowerCase() === "date");
  return { status: reply.statusCode as number, reason: reply.statusMessage as string, fields: fields.toSpliced(date, 2), octets };
}

/** Sends the bytes, and gives what comes up to that text: some libraries keep a connection open that was not to be. */
export async function ask(port: number, bytes: string, end: string): Promise<string> {
  const { socket, until } = await client(port, bytes);
  return until(end).finally(() => socket.destroy());
}

/** A client that reads what comes as it comes. */
export async function client(port: number, bytes: string) {
  const socket = connect(port, "127.0.0.1");
  let all = "";
  socket.on("data", (chunk) => (all += chunk.toString("latin1"))).on("error", () => {});
  socket.setTimeout(patience, () => socket.destroy(new Error(`nothing within ${patience} ms`)));
  socket.write(bytes);
  const until = (text: string) =>
    new Promise<string>((resolve, reject) => {
      function look() {
        const isThere = all.includes(text);
        if (!isThere && !socket.closed) return;
        socket.off("data", look).off("close", look);
        if (isThere) resolve(all);
        else reject(new Error(`closed after: ${all}`));
      }
      socket.on("data", look).on("close", look);
      look();
    });
  const closed = async () => {
    if (!socket.closed) await once(socket, "close");
    return all;
  };
  return { socket, until, closed };
}

/** A response's head, its content, and how that ends: later Nodes put what is written in one tick into one chunk. */
export function unchunked(bytes: string): string {
  const start = bytes.indexOf("\r\n\r\n") + 4;
  const head = bytes.slice(0, start);
  if (!/^transfer-encoding: chunked\r$/im.test(head)) return bytes;
  for (let content = "", at = start; ;) {
    const end = bytes.indexOf("\r\n", at);
    const length = Number.parseInt(bytes.slice(at, end), 16);
    if (!(length > 0)) return head + content + bytes.slice(at);
    content += bytes.slice(end + 2, end + 2 + length);
    at = end + 2 + length + 2;
  }
}
