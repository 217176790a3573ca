// What happens to the request on its way out, and what handlers of the user's own may do, with every library.
import { once } from "node:events";
import {
  Agent,
  createServer,
  request as send,
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { problem, type Problem } from "@fg-errors/core";
import { responseInterceptor } from "http-proxy-middleware";
import { responseInterceptor as responseInterceptor4 } from "http-proxy-middleware4";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, libraries, type Settings } from "./proxy-libraries.js";

// It says so when a handler of theirs fails.
beforeAll(() => void vi.spyOn(process.stderr, "write").mockReturnValue(true));
afterAll(() => vi.restoreAllMocks());

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  async function ask(upstream: RequestListener, bytes: string, given: Settings = {}) {
    const [onError, onRequest] = [vi.fn(), vi.fn(upstream)];
    const options = { ...given.options, onError };
    const got = await withServer(onRequest, (upstreamPort) =>
      behind(library, upstreamPort, { ...given, options }, (port) => exchange(port, bytes)),
    );
    const reported = onError.mock.calls.map(([found]) => found as object);
    return { bytes: got, answer: parseAnswer(got), reported, seen: onRequest.mock.calls.map(([incoming]) => incoming) };
  }

  const ok: RequestListener = (_request, response) => void response.end("content");
  const missing: RequestListener = (_request, response) => void response.writeHead(404, { "X-Inner": "1" }).end();

  it.each([
    ["1.0 cache, HTTP/1.1 edge-12 (edge-1)", "1.0 cache, HTTP/1.1 edge-12 (edge-1), 1.1 edge-1"],
    ["", "1.1 edge-1"],
  ])("signs what it hands on: %s", async (before, via) => {
    const { seen } = await ask(ok, request("GET /", before ? { Via: before } : {}), { options: { proxyName: "edge-1" } });
    expect(seen).toMatchObject([{ headers: { via } }]);
  });

  it.each([{}, { proxyName: "two words" }])("signs nothing without a name that may stand in Via: %j", async (options) => {
    const { answer, seen } = await ask(ok, request("GET /", { Via: "1.1 cache" }), { options });
    expect(answer.status).toBe(200);
    expect(seen).toMatchObject([{ headers: { via: "1.1 cache" } }]);
  });

  it.each(["1.1 edge-1", "1.0 cache , HTTP/1.1\tEDGE-1 (x)", `${"1.1 x,".repeat(2000)}1.1 edge-1`])(
    "refuses what has been here before: %.30s",
    async (via) => {
      const { answer, reported, seen } = await ask(ok, request("POST /", { Via: via }, "content"), {
        options: { proxyName: "Edge-1" },
      });
      expect(assertContract(answer)).toMatchObject({ status: 502 });
      expect(answer.headers.get("proxy-status")).toBe("Edge-1;error=proxy_loop_detected");
      expect(reported).toMatchObject([{ proxyError: "proxy_loop_detected" }]);
      expect(seen).toEqual([]);
    },
  );

  it("serves a client that waits for 100", async () => {
    const upstream: RequestListener = (incoming, response) => {
      expect(incoming.headers).toMatchObject({ via: "1.1 edge-1" });
      incoming.pipe(response);
    };
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { options: { proxyName: "edge-1", onError() {} } }, async (port) => {
        const outgoing = send({ port, method: "POST", headers: { Expect: "100-continue" } });
        outgoing.flushHeaders();
        await once(outgoing, "continue");
        outgoing.end("content");
        const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
        expect(String(Buffer.concat(await reply.toArray()))).toBe("content");
      }),
    );
  });

  it("calls the user's handlers first, whatever comes", async () => {
    const proxyReq = vi.fn((outgoing: ClientRequest) => void outgoing.setHeader("X-Tenant", "a"));
    const proxyRes = vi.fn((reply: IncomingMessage, _request: unknown, response: ServerResponse) => {
      delete reply.headers["x-inner"];
      response.setHeader("X-Outer", "1");
    });
    const error = vi.fn();
    for (const [upstream, status] of [
      [ok, 200],
      [missing, 404],
    ] as const) {
      const { answer, seen } = await ask(upstream, request("GET /"), { handlers: { proxyReq, proxyRes, error } });
      expect(seen).toMatchObject([{ headers: { "x-tenant": "a" } }]);
      expect(answer.status).toBe(status);
      expect([answer.headers.get("x-outer"), answer.headers.has("x-inner")]).toEqual(["1", false]);
    }
    const broken: RequestListener = (incoming) => void incoming.socket.destroy();
    expect((await ask(broken, request("GET /"), { handlers: { proxyReq, proxyRes, error } })).answer.status).toBe(502);
    expect([proxyReq.mock.calls.length, proxyRes.mock.calls.length, error.mock.calls.length]).toEqual([3, 2, 1]);
  });

  it("answers what a handler throws before the request goes out, which it then does not", async () => {
    const agent = new Agent({ keepAlive: true }); // with a connection that is there already
    const proxyReq = (_outgoing: unknown, { url }: IncomingMessage) => {
      if (url === "/no") throw problem(403, "Not this one");
    };
    const lines = request("GET /yes", { Connection: "keep-alive" }) + request("POST /no", {}, "content");
    const { bytes, reported, seen } = await ask(ok, lines, { handlers: { proxyReq }, settings: { agent } });
    agent.destroy();
    expect(assertContract(parseAnswer(bytes.slice(bytes.lastIndexOf("HTTP/1.1 "))))).toMatchObject({
      status: 403,
      detail: "Not this one",
    });
    expect(reported).toHaveLength(1);
    expect(seen.map(({ url }) => url)).toEqual(["/yes"]);
  });

  it.each([
    ["throws", () => { throw new Error("s3cr3t"); }], // prettier-ignore
    ["rejects", () => Promise.reject(new Error("s3cr3t"))],
  ])("answers for a handler of replies that %s", async (_what, proxyRes) => {
    const stalled: RequestListener = (_request, response) => response.flushHeaders();
    const { bytes, answer, reported } = await ask(stalled, request("GET /"), { handlers: { proxyRes } });
    expect(assertContract(answer)).toMatchObject({ status: 500 });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toHaveLength(1);
  });

  it("reports a handler that fails when the answer is under way", async () => {
    const proxyRes = () => new Promise((_resolve, reject) => setTimeout(reject, 20, new Error("s3cr3t")));
    const onError = vi.fn();
    const stalled: RequestListener = (_request, response) =>
      void response.writeHead(404, { "Content-Length": "9" }).write("some");
    await withServer(stalled, (upstreamPort) =>
      behind(library, upstreamPort, { handlers: { proxyRes }, options: { onError } }, (port) => exchange(port, request("GET /"))),
    );
    expect(onError.mock.calls.filter(([{ status }]) => status === 500)).toHaveLength(1);
  });

  it.each([
    ["a success", ok],
    ["an error reply", missing],
  ])("reports a handler that fails when all of %s has left", async (_what, upstream) => {
    const failure = new Error("s3cr3t");
    const proxyRes = async (_reply: unknown, _request: unknown, response: ServerResponse) => {
      await once(response, "close");
      throw failure;
    };
    let report = () => {};
    const reported = new Promise<void>((resolve) => (report = resolve));
    const onError = vi.fn(({ cause }: Problem) => void (cause === failure && report()));
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { handlers: { proxyRes }, options: { onError } }, async (port) => {
        expect(await exchange(port, request("GET /"))).not.toContain("s3cr3t");
        await reported;
      }),
    );
    expect(onError.mock.calls.filter(([{ cause }]) => cause === failure)).toHaveLength(1);
  });

  it.each([
    [200, ok],
    [404, missing],
  ] as const)("answers %i, whatever the handler of an event does that it does not use itself", async (status, upstream) => {
    const failure = `s3cr3t of ${library.name} after ${status}`;
    const end = vi.fn(() => {
      throw new Error(failure);
    });
    const lines = request("GET /", { Connection: "keep-alive" }) + request("GET /");
    const { bytes } = await ask(upstream, lines, { handlers: { end } });
    expect(bytes.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`, `HTTP/1.1 ${status}`]);
    expect(bytes).not.toContain("s3cr3t");
    await eventually(() => expect(end).toHaveBeenCalledTimes(2));
    expect(vi.mocked(process.stderr.write).mock.calls.filter(([line]) => String(line).includes(failure))).toHaveLength(1);
  });

  it("answers for an upstream, whatever the handler of errors does", async () => {
    const error = () => Promise.reject(new Error("of the handler"));
    const { answer } = await ask((incoming) => void incoming.socket.destroy(), request("GET /"), { handlers: { error } });
    expect(assertContract(answer)).toMatchObject({ status: 502 });
  });

  it("sends cookies and Vary of its own beside those of an error reply", async () => {
    const upstream: RequestListener = (_request, response) =>
      void response.writeHead(404, { Vary: "Accept-Encoding", "Set-Cookie": "u=1" }).end();
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, {}, async (port, gateway) => {
        gateway.prependListener("request", (_request, response: ServerResponse) => {
          response.setHeader("Vary", "Origin").setHeader("Set-Cookie", "g=1");
        });
        const { status, headers } = parseAnswer(await exchange(port, request("GET /")));
        expect(status).toBe(404);
        expect(headers.getSetCookie().toSorted()).toEqual(["g=1", "u=1"]);
        expect(headers.get("vary")!.split(", ").toSorted()).toEqual(["Accept-Encoding", "Origin"]);
      }),
    );
  });

  it("leaves replies to a handler that sends them itself, but errors of theirs", async () => {
    const proxyRes = (reply: IncomingMessage, _request: unknown, response: ServerResponse) => {
      response.writeHead(reply.statusCode!, { "X-Outer": "1" });
      reply.pipe(response);
    };
    const interceptor = library.name.endsWith("4") ? responseInterceptor4 : responseInterceptor;
    const upper = interceptor(async (content) => content.toString().toUpperCase());
    const settings = { selfHandleResponse: true };
    const sent = await ask(ok, request("GET /"), { settings, handlers: { proxyRes } });
    expect(sent.bytes).toContain("\r\ncontent\r\n");
    expect((await ask(ok, request("GET /"), { settings, handlers: { proxyRes: upper } })).answer.text).toContain("CONTENT");
    const { answer, reported } = await ask(missing, request("GET /"), { settings, handlers: { proxyRes: upper } });
    expect(assertContract(answer)).toMatchObject({ status: 404 });
    expect(answer.headers.get("x-inner")).toBe("1");
    expect(reported).toHaveLength(1);
  });

  it("adds nothing to what somebody else sends", async () => {
    const upstream: RequestListener = (_request, response) => void response.end("s3cr3t");
    const start = (_request: IncomingMessage, response: ServerResponse) => void response.write("content");
    const proxyRes = vi.fn();
    await withServer(upstream, (upstreamPort) => {
      const end = (_request: IncomingMessage, response: ServerResponse) => void setImmediate(() => response.end());
      return behind(library, upstreamPort, { handlers: { start, proxyRes, end } }, async (port) => {
        expect(parseAnswer(await exchange(port, request("GET /"))).text).toBe("7\r\ncontent\r\n0\r\n\r\n");
        expect(proxyRes).not.toHaveBeenCalled();
      });
    });
  });

  it("does not wait for an upstream once somebody else has answered", async () => {
    const upstream = createServer();
    const closed = new Promise((resolve) => upstream.once("connection", (socket) => socket.once("close", resolve)));
    let abort = () => {};
    upstream.on("request", () => abort());
    const start = (_request: IncomingMessage, response: ServerResponse) =>
      (abort = () => response.writeHead(503, { "Content-Length": "0" }).end());
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { handlers: { start } }, async (port) => {
        expect(parseAnswer(await exchange(port, request("GET /")))).toMatchObject({ status: 503, text: "" });
        await closed;
      }),
    );
  });
});
