// What upstreams answer and clients ask, for the tests of every edge that reads replies by their head.
import { once } from "node:events";
import { connect, type ClientHttp2Stream } from "node:http2";
import { text } from "node:stream/consumers";
import { createResponder, extendContract, functionGraph, problem, type Contract } from "@fg-errors/core";
import type { Answer } from "../wire.js";
import { errorPage } from "./edge-upstream.js";

/** Statuses that an upstream answers, and those that leave. */
export const upstreamStatuses: readonly (readonly [received: number, status: number])[] = [
  ...[400, 401, 403, 404, 405, 406, 408, 409, 500, 501, 502, 503, 504].map((status): [number, number] => [status, status]),
  ...[411, 413, 414, 416, 417, 418, 422, 424, 428, 431, 444, 450, 494].map((status): [number, number] => [status, 400]),
  [402, 403],
  [407, 502],
  [410, 404],
  [412, 409],
  [419, 401],
  [421, 502],
  [423, 409],
  [425, 502],
  [426, 502],
  [429, 503],
  [440, 401],
  [451, 403],
  [498, 401],
  [499, 408],
  [505, 502],
  [507, 503],
  [508, 500],
  [509, 503],
  [510, 501],
  [511, 502],
  [520, 502],
  [522, 504],
  [529, 503],
  [530, 502],
  [540, 500],
  [599, 504],
  [600, 502],
  [777, 502],
  [999, 502],
];

/** Replies that are no HTTP, or break off in the head. */
export const brokenReplies: readonly (readonly [name: string, octets: string])[] = [
  ["nothing", ""],
  ["a banner of another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
  ["a page without a head", "<h1>s3cr3t</h1>"],
  ["half a status line", "HTTP/1.1 20"],
  ["half a head", "HTTP/1.1 200 OK\r\nContent-Type: text/pl"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"],
  ["a status of letters", "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n"],
  ["a field without a colon", "HTTP/1.1 200 OK\r\ns3cr3t\r\n\r\n"],
  ["a field name with a blank", "HTTP/1.1 200 OK\r\nbad name: s3cr3t\r\n\r\n"],
  ["a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: s3cr3t\r\n\r\n"],
  ["a head that is too large", errorPage(200, { "X-Padding": "{x100000}" })],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12"],
];

/** Values of Accept, of which core takes each for one media type or the other. */
export const acceptValues: readonly string[] = [
  "*/*",
  "text/html",
  "application/json",
  "Application/JSON; charset=utf-8",
  "text/html, application/json;q=0.9",
  "application/json, application/problem+json",
  "application/problem+json",
  "application/json, */*",
  "application/json, application/*;q=0.1",
  "application/json;q=0",
  "application/json; q=0.000, text/html",
  "application/json, application/problem+json;q=0",
  "*/*, application/problem+json;q=0",
  "application/*, application/problem+json; q=0.0",
  "application/json, */*;q=0",
  "application/jsonlines, text/json",
];

/** Gives the body that core answers with for a status, without what belongs to the request. */
export function coreBody(contract: Contract, status: number): Record<string, unknown> {
  const { body } = createResponder({ contract, onError: () => {} })(problem(status, undefined, { stack: false }), {
    method: "GET",
    url: "/",
    headers: {},
  });
  const { instance: _instance, request_id: _id, ...members } = JSON.parse(body) as Record<string, unknown>;
  return members;
}

/** Gives the media type that core answers with. */
export function coreMediaType(accept: string): string | undefined {
  const respond = createResponder({ onError: () => {} });
  return respond(problem(404, undefined, { stack: false }), { method: "GET", url: "/", headers: { accept } }).headers[
    "content-type"
  ];
}

const texts = [
  `it's "quoted" and 'quoted' and \`quoted\``,
  "costs $5, ${HOME}, $host, %HOME%, 100%, %[path], %{x}o, %%",
  "back\\slash, \\n, \\u0041, C:\\temp\\",
  "{braces} {fg_id} {{x}} \\{y\\} {http.request.host} {$HOME} {%HOME%} }{",
  "# no comment; no end: {; }",
  "太多请求，请稍后再试。",
  "😀 <b>&amp;</b> \u2028\u202e",
  "two\nlines\r\nand\ta tab",
] as const;

const statuses = [416, 422, 426, 429, 431, 505, 507, 511];
const extended = extendContract(
  functionGraph,
  Object.fromEntries(statuses.map((status, at) => [status, { title: texts[at]!, description: texts[at]! }])),
);

/** A contract with statuses, folds and codes of its own, and texts that are hard to quote. Those of 507 and 511 have control characters. */
export const unusualContract: Contract = {
  ...extended,
  name: "it's\nunusual",
  service: "SHOP",
  folds: { ...extended.folds, 410: { to: 403, why: "a test" }, 418: { to: 422, why: "a test" } },
  upstreamFolds: { ...extended.upstreamFolds, 408: { to: 504, why: "a test" } },
};

/** Sends a request over HTTP/2 without TLS, and gives the answer. */
export async function exchangeHttp2(port: number, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream: ClientHttp2Stream = session.request({ ":path": "/", ...headers }, { endStream: true });
    const [received] = (await once(stream, "response")) as [Record<string, string>];
    const fields = Object.entries(received).filter(([name]) => !name.startsWith(":"));
    return { status: Number(received[":status"]), headers: new Headers(fields), text: await text(stream) };
  } finally {
    session.destroy();
  }
}

/** Gives the heads of the fields in a request that the upstream has got. */
export function fieldIn(head: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*)$`, "im").exec(head ?? "")?.[1];
}
