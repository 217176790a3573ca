// Clients that are too slow: Node's time limits, answered with 408.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { request } from "../wire.js";
import { answers, impatient, kinds, send, visit } from "./guarded.js";

const half = request("POST /act", { Connection: "keep-alive", "Content-Length": "1000" });
const whole = request("GET /act", { Connection: "keep-alive" });

const faults = [
  { name: "nothing at all", chunks: [], statuses: [408] },
  { name: "half a head", chunks: ["GET /act HTTP/1.1\r\nHost: a\r\n"], statuses: [408] },
  { name: "half a content that the application waits for", chunks: [`${half}s3cr3t`], statuses: [408] },
  { name: "half a head after an answer", chunks: [whole, "GET /act HTTP/1.1\r\n"], statuses: [200, 408] },
  { name: "half a head in the same chunk", chunks: [`${whole}GET /act HTTP/1.1\r\n`], statuses: [200, 408] },
];

describe.concurrent.each(kinds)("$name", ({ isSecure, create }) => {
  it.each(faults)("$name", async ({ chunks, statuses }) => {
    const onError = vi.fn<(problem: Problem) => void>();
    const server = create(
      async (incoming, response) => {
        if (incoming.method === "POST") await once(incoming, "end");
        response.statusCode = 200;
        response.end("content");
      },
      { onError },
      impatient,
    );
    const got = answers(await visit(server, isSecure, (open) => send(open(), ...chunks)));
    expect(got.map(({ status }) => status)).toEqual(statuses);
    assertContract(got.at(-1)!);
    expect(onError.mock.calls.map(([{ status }]) => status)).toEqual([408]);
  });
});

/** What completes the head when the 408 is due already, and waits for the answer before it. */
const later = [
  { name: "a head", rest: "GET /act HTTP/1.1\r\nHost:| a\r\n\r\n" },
  { name: "two of them", rest: "GET /act HTTP/1.1\r\nHost:| a\r\n\r\nGET /act HTTP/1.1\r\nHost: a\r\n\r\n" },
  { name: "a head whose content is missing", rest: "POST /act HTTP/1.1\r\nHost:| a\r\nContent-Length: 9\r\n\r\n" },
  { name: "an expectation", rest: "POST /act HTTP/1.1\r\nHost:| a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n" },
  { name: "one request too many", rest: "GET /act HTTP/1.1\r\nHost:| a\r\n\r\n", most: 1 },
];

it.concurrent.each(later)("$name comes when it is too late, and is discarded", async ({ rest, most = 0 }) => {
  const [half, more] = rest.split("|") as [string, string];
  const listener = vi.fn((_request: unknown, _response: ServerResponse) => {});
  const server = Object.assign(guardServer(createServer(impatient, listener), { onError() {} }), { maxRequestsPerSocket: most });
  const got = await visit(server, false, async (open) => {
    const client = open();
    const { emit } = server;
    const isLate = new Promise<Socket>((resolve) => {
      server.emit = (event: string, ...args: unknown[]) => {
        const isHeard = Reflect.apply(emit, server, [event, ...args]) as boolean;
        if (event === "clientError") resolve(args[1] as Socket);
        return isHeard;
      };
    });
    const received = send(client, whole + half);
    const socket = await isLate;
    client.write(more);
    await eventually(() => expect(socket.bytesRead).toBe(`${whole}${half}${more}`.length));
    listener.mock.lastCall![1].end("content");
    return received;
  });
  expect(answers(got).map(({ status }) => status)).toEqual([200, 408]);
  assertContract(answers(got)[1]!);
  expect(listener).toHaveBeenCalledOnce();
});

it.concurrent("closes a connection that is idle for longer than keepAliveTimeout, without an answer", async () => {
  const server = createServer({ keepAliveTimeout: 50 }, (_request, response) => void response.end("content"));
  const got = await visit(guardServer(server), false, (open) => send(open(), whole));
  expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*content\r\n0\r\n\r\n$|^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\ncontent$/);
});
