// Whatever fails while an answer is written, the client gets a plain 500 of the contract, or nothing that would pass for an answer.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type IncomingHttpHeaders } from "node:http2";
import { createServer as createRawServer, type Socket } from "node:net";
import { createResponder, problem, type Responder } from "@fg-errors/core";
import { answer, meant } from "@fg-errors/core/adapter";
import createError from "http-errors";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answerSocket } from "../../packages/core/src/node/answer-socket.js";
import { assertContract } from "../assert-contract.js";
import { hosts, type Act } from "../hosts.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";

beforeAll(() => void vi.spyOn(process.stderr, "write").mockReturnValue(true));
afterAll(() => void vi.restoreAllMocks());

const quiet = { onError() {} };
const respond = createResponder(quiet);
const refuse = () => {
  throw new Error("s3cr3t");
};

/** What somebody may have done to the response before it failed. */
const wrapped: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "writeHead() throws": (response) => (response.writeHead = refuse),
  "setHeader() throws": (response) => (response.setHeader = refuse),
  "removeHeader() throws": (response) => (response.setHeader("ETag", "1"), (response.removeHeader = refuse)),
  "getHeaders() throws": (response) => (response.getHeaders = refuse),
  "getHeaderNames() throws": (response) => (response.getHeaderNames = refuse),
};

async function overHttp1(act: Act): Promise<Answer> {
  return parseAnswer(await withServer(createServer(act), (port) => exchange(port, request("GET /orders"))));
}

async function overHttp2(act: Act): Promise<Answer> {
  return withServer(createHttp2Server(act as never) as unknown as Server, async (port) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    try {
      const stream = session.request({ ":path": "/orders" }).setEncoding("utf8");
      const [head] = (await once(stream, "response")) as [IncomingHttpHeaders];
      const text = ((await stream.toArray()) as string[]).join("");
      const fields = Object.entries(head).filter(([name]) => !name.startsWith(":")) as [string, string][];
      return { status: Number(head[":status"]), headers: new Headers(fields), text };
    } finally {
      session.destroy();
    }
  });
}

describe.each([
  ["HTTP/1", overHttp1],
  ["HTTP/2", overHttp2],
])("over %s", (protocol, ask) => {
  it.each(Object.entries(wrapped))("answers though %s", async (_what, wrap) => {
    const answered = await ask((incoming, response) => {
      response.setHeader("X-Own", "1");
      wrap(response);
      answer(respond, createError(404, "s3cr3t"), incoming, response);
    });
    expect([404, 500]).toContain(answered.status);
    if (answered.status === 500) expect(assertContract(answered)).toMatchObject({ instance: "/", error_code: "FSS.0500" });
  });

  it("cuts an answer whose end() throws", async () => {
    const answered = ask((incoming, response) => {
      response.end = refuse;
      answer(respond, createError(404), incoming, response);
    });
    if (protocol === "HTTP/1") expect(await answered).toMatchObject({ status: Number.NaN, text: "" });
    else await expect(answered).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
  });

  it("answers though the responder throws", async () => {
    const broken = Object.assign(refuse, { ...respond, plain: respond.plain }) as unknown as Responder;
    const answered = await ask((incoming, response) => answer(broken, new Error("x"), incoming, response));
    expect(assertContract(answered)).toMatchObject({ status: 500, detail: "Something went wrong on our side." });
  });

  it.each(["problem", "functiongraph"] as const)("renders a problem that is none plainly: %s", async (format) => {
    const own = createResponder({ ...quiet, format, service: "SHOP" });
    const bad = { status: 404, title: 1n, detail: 2n, type: 3n, code: 4n, headers: { "a b": "\n" } } as never;
    const { status, body } = own.render(bad, { headers: {} });
    expect([status, JSON.parse(body)]).toMatchObject([500, { error_code: "SHOP.0500" }]);
  });
});

/** Heads that Node refuses after it has noted what it would have meant. */
const refused: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "a 204 with a Trailer": (response) => response.writeHead(204, { Trailer: "X" }),
  "a 304 with a bad value": (response) => response.writeHead(304, { "X-Bad": "a\nb" }),
  "chunks and a bad value": (response) => response.writeHead(200, ["Transfer-Encoding", "chunked", "X-Bad", "a\nb"]),
  "a bad reason": (response) => response.writeHead(200, "a\nb"),
};

describe.each(hosts)("$name", ({ create }) => {
  it.each(Object.entries(refused))("answers with content after a head that Node refused: %s", async (_what, write) => {
    const bytes = await withServer(
      create((_request, response) => write(response), quiet),
      (port) => exchange(port, request("GET /act")),
    );
    assertContract(parseAnswer(bytes));
  });
});

it.each(Object.entries(refused))("answers so where no field was set before: %s", async (_what, write) => {
  const answered = await overHttp1((incoming: IncomingMessage, response) => {
    try {
      write(response);
    } catch (thrown) {
      answer(respond, thrown, incoming, response);
    }
  });
  expect(assertContract(answered)).toMatchObject({ status: 500 });
});

it.each([
  ["a Proxy that answers itself to every key", () => itself],
  ["a finding with an unknown fault", () => meant({ status: 502, proxyError: "__proto__" as never })],
  ["a finding whose instance is a BigInt", () => meant({ status: 404, instance: 10n as never })],
  ["facts that are not what they should be", () => problem(405)],
])("answers on a bare connection: %s", async (_what, create) => {
  const own = createResponder({ ...quiet, proxyName: "edge", proxyDetails: true });
  const act = (socket: Socket) =>
    answerSocket(own, create(), undefined, socket, { url: Symbol("s3cr3t") as never, allow: () => ["GET", "\n", 10n] as never });
  const bytes = await withServer(createRawServer((socket) => socket.once("data", () => act(socket))) as never, (port) =>
    exchange(port, request("GET /")),
  );
  assertContract(parseAnswer(bytes));
});

const itself: object = new Proxy(() => {}, { get: () => itself });
