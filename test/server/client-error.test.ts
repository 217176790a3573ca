// What a client gets for a request that cannot be read, on every kind of server.
import type { Problem } from "@fg-errors/core";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { request } from "../wire.js";
import { answers, kinds, send, visit } from "./guarded.js";

interface Fault {
  readonly name: string;
  readonly bytes: string;
  readonly status: number;
  readonly received?: number;
}

const chunked = { "Transfer-Encoding": "chunked" };
const head = request("POST /act", chunked);

const faults: readonly Fault[] = [
  { name: "garbage", bytes: "s3cr3t\r\n\r\n", status: 400 },
  { name: "an unknown method", bytes: request("BREW /act"), status: 400 },
  { name: "an unknown version", bytes: request("GET /act").replace("1.1", "7.3"), status: 400 },
  { name: "a space in the target", bytes: request("GET /act s3cr3t"), status: 400 },
  { name: "a TLS greeting", bytes: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", status: 400 },
  { name: "the preface of HTTP/2 by prior knowledge", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 400 },
  { name: "a name that is no token", bytes: request("GET /act", { "a@b": "s3cr3t" }), status: 400 },
  { name: "a control character in a field", bytes: request("GET /act", { a: "s3cr3t\x01" }), status: 400 },
  { name: "a bare line feed in a field", bytes: request("GET /act", { a: "1\rb" }), status: 400 },
  { name: "a head that is too large", bytes: request("GET /act", { a: "s".repeat(17_000) }), status: 400, received: 431 },
  { name: "many fields too much", bytes: request("GET /act", Object.fromEntries(names(4000))), status: 400, received: 431 },
  { name: "two lengths", bytes: request("POST /act", { "Content-Length": "3", "content-length": "4" }, "abc"), status: 400 },
  { name: "a length and chunks", bytes: request("POST /act", { "Content-Length": "3", ...chunked }, "abc"), status: 400 },
  { name: "a length that is none", bytes: request("POST /act", { "Content-Length": "3x" }), status: 400 },
  { name: "a coding after chunked", bytes: request("POST /act", { "Transfer-Encoding": "chunked, gzip" }), status: 400 },
  { name: "a chunk without a length", bytes: `${head}s3cr3t\r\n`, status: 400 },
  { name: "a chunk that is longer than it says", bytes: `${head}3\r\ns3cr3t\r\n`, status: 400 },
  { name: "endless chunk extensions", bytes: `${head}3;a=${"s".repeat(17_000)}\r\nabc\r\n`, status: 400, received: 413 },
];

function names(count: number): [string, string][] {
  return Array.from({ length: count }, (_, at) => [`a${at}`, "1"]);
}

describe.each(kinds)("$name", ({ isSecure, create }) => {
  it.each(faults)("$name", async ({ bytes, status, received }) => {
    const onError = vi.fn<(problem: Problem) => void>();
    const act = () => new Promise<void>(() => {});
    const [answer, ...more] = answers(await visit(create(act, { onError }), isSecure, (open) => send(open(), bytes)));
    const { detail } = assertContract(answer!);
    if (received !== undefined) expect(detail).toMatch(/larger than this server takes/);
    expect([answer!.status, more]).toEqual([status, []]);
    expect(answer!.headers.get("connection")).toBe("close");
    expect(answer!.headers.get("date")).toMatch(/GMT$/);
    expect(onError.mock.calls.map(([reported]) => [reported.status, reported.receivedStatus])).toEqual([[status, received]]);
  });
});
