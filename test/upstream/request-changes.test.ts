// What a gateway has made of a request before it goes out: its own fields stay, its content keeps one length, its method is one of HTTP's.
import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { upstreamRequest } from "@fg-errors/core/upstream";
import express from "express";
import { fgErrors, fgResponses } from "@fg-errors/express";
import { fixRequestBody } from "http-proxy-middleware";
import { fixRequestBody as fixRequestBody4 } from "http-proxy-middleware4";
import { describe, expect, it } from "vitest";
import { exchange, request, withServer } from "../wire.js";
import { startCountingUpstream } from "./counting-upstream.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

const named = "X-Forwarded-For, X-User-Id, X-Own, content-length, Host";

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  /** A gateway that has authenticated its client, and sends the upstream its name. */
  const authenticated = {
    ...library,
    create: (...given: Parameters<typeof library.create>) => {
      const { web, ws } = library.create(...given);
      const known = (incoming: IncomingMessage) => Object.assign(incoming.headers, { "x-user-id": "42" });
      return {
        web: (incoming: IncomingMessage, response: never) => (known(incoming), web(incoming, response)),
        ws: (incoming: IncomingMessage, socket: never, head: never) => (known(incoming), ws(incoming, socket, head)),
      } as ReturnType<typeof library.create>;
    },
  };

  it("lets no client remove by Connection what the gateway has set", async () => {
    const upstream = await startCountingUpstream();
    try {
      await behind(authenticated, upstream.port, { settings: { xfwd: true } }, async (port) => {
        const fields = { Connection: `close, ${named}`, "X-User-Id": "1", "X-Own": "mine" };
        expect(await exchange(port, request("POST /", fields, "content"))).toMatch(/^HTTP\/1\.1 200 /);
        if (library !== koaProxies) {
          const socket = connect(port, "127.0.0.1");
          socket.write(
            `GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, ${named}\r\nX-User-Id: 1\r\nX-Own: mine\r\n\r\n`,
          );
          await socket.toArray();
        }
      });
      expect(upstream.requests[0]).toMatchObject({ content: "content" });
      expect(upstream.requests).toHaveLength(library === koaProxies ? 1 : 2);
      for (const { fields } of upstream.requests) {
        expect(fields).toMatchObject({ "x-user-id": "42", "x-forwarded-for": expect.stringContaining("127.0.0.1") });
        expect(fields).not.toHaveProperty("x-own");
        expect(fields).toHaveProperty("host");
      }
    } finally {
      upstream.close();
    }
  });

  it.skipIf(library === koaProxies).each(["get", "connect", "trace", "Post"])("HTTP/2's method %s is a 501", async (method) => {
    const upstream = await startCountingUpstream();
    const { web } = library.create(upstream.port, {});
    const server = createHttp2Server(web as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const stream = session.request({ ":method": method, ":path": "/x" }, { endStream: false });
      stream.end("content");
      const [head] = (await once(stream, "response")) as [Record<string, unknown>];
      stream.resume();
      expect(head[":status"]).toBe(501);
      expect(upstream.requests).toEqual([]);
    } finally {
      session.destroy();
      server.close();
      upstream.close();
    }
  });
});

describe.each([
  ["http-proxy-middleware 3", fixRequestBody as (outgoing: ClientRequest, incoming: IncomingMessage) => void],
  ["http-proxy-middleware 4", fixRequestBody4 as (outgoing: ClientRequest, incoming: IncomingMessage) => void],
] as const)("%s's fixRequestBody", (name, fix) => {
  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "writes content that was read before, of one length: %s",
    async (method) => {
      const upstream = await startCountingUpstream();
      const agent = new Agent({ keepAlive: true });
      const library = libraries.find((candidate) => candidate.name === name)!;
      const proxyReq = (outgoing: ClientRequest, incoming: IncomingMessage) => fix(outgoing, incoming);
      const { web } = library.create(upstream.port, { settings: { agent }, handlers: { proxyReq } });
      const app = express().use(express.json(), (incoming, response) => void web(incoming, response));
      try {
        await withServer(app as never, async (port) => {
          for (const framing of ['Transfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n0', 'Content-Length: 7\r\n\r\n{"a":1}']) {
            const bytes = `${method} / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n${framing}`;
            expect(await exchange(port, bytes + (framing.endsWith("0") ? "\r\n\r\n" : ""))).toMatch(/^HTTP\/1\.1 200 /);
          }
        });
        expect(upstream.requests).toMatchObject([{ content: '{"a":1}' }, { content: '{"a":1}' }]);
        for (const { fields } of upstream.requests) expect(fields).not.toHaveProperty("transfer-encoding");
        expect(upstream.rest()).toEqual([]);
      } finally {
        agent.destroy();
        upstream.close();
      }
    },
  );
});

describe.each([
  ["http-proxy-middleware 3", fixRequestBody as (outgoing: ClientRequest, incoming: IncomingMessage) => void],
  ["http-proxy-middleware 4", fixRequestBody4 as (outgoing: ClientRequest, incoming: IncomingMessage) => void],
] as const)("%s's fixRequestBody", (name, fix) => {
  it.each([
    ["a field's name", { "a\r\nb": "s3cr3t" }, "multipart/form-data; boundary=x"],
    ["a field's value", { a: "--x s3cr3t\r\n" }, "multipart/form-data; boundary=x"],
  ])("refuses a form as the client's fault: %s", async (_what, body, type) => {
    const upstream = await startCountingUpstream();
    const library = libraries.find((candidate) => candidate.name === name)!;
    const proxyReq = (outgoing: ClientRequest, incoming: IncomingMessage) => fix(outgoing, incoming);
    const { web } = library.create(upstream.port, { handlers: { proxyReq } });
    const app = express().use((incoming, response) => {
      incoming.resume().on("end", () => {
        Object.assign(incoming, { body });
        setImmediate(() => void web(incoming, response));
      });
    });
    try {
      await withServer(app as never, async (port) => {
        const bytes = await exchange(port, request("POST /", { "Content-Type": type }, "x"));
        expect(bytes).toMatch(/^HTTP\/1\.1 400 /);
        expect(bytes).toContain("The request's form is malformed.");
        expect(bytes).not.toContain("s3cr3t");
      });
    } finally {
      upstream.close();
    }
  });
});

it("fgResponses() and upstreamRequest() keep what the gateway has set, too", async () => {
  const seen: unknown[] = [];
  const app = express();
  app.use((incoming, _response, next) => (Object.assign(incoming.headers, { "x-user-id": "42" }), next()));
  app.use(fgResponses(), (incoming, response) => {
    seen.push(incoming.headers["x-user-id"], upstreamRequest(incoming).headers["x-user-id"], incoming.headers["x-own"]);
    response.end();
  });
  app.use(fgErrors());
  const fields = { Connection: `close, ${named}`, "X-User-Id": "1", "X-Own": "mine" };
  await withServer(app as never, (port) => exchange(port, request("GET /", fields)));
  expect(seen).toEqual(["42", "42", undefined]);
});
