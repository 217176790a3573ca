// The id of a request: sent to the upstream, at hand for handlers, and the same in the error that follows.
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttp2Server, connect as connectHttp2 } from "node:http2";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fgErrors, fgProxy, requestIdOf } from "@fg-errors/express";
import { fgErrors as koaErrors, requestIdOf as koaRequestIdOf } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";

const sent: readonly (readonly [name: string, headers: Record<string, string>, id: string | undefined])[] = [
  ["none", {}, undefined],
  ["a valid X-Request-Id", { "X-Request-Id": "abc-1" }, "abc-1"],
  ["one that is not valid", { "X-Request-Id": "not valid!" }, undefined],
  ["a traceparent", { traceparent: `00-${trace}-00f067aa0ba902b7-01` }, trace],
];

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  it.each(sent)("sends the id that the error shows; the client's: %s", async (_what, headers, id) => {
    const received: unknown[] = [];
    const onError = vi.fn();
    const upstream: RequestListener = (incoming) => {
      received.push(incoming.headers["x-request-id"]);
      incoming.socket.destroy();
    };
    const bytes = await withServer(upstream, (port) =>
      behind(library, port, { options: { onError } }, (gateway) => exchange(gateway, request("GET /", headers))),
    );
    const body = assertContract(parseAnswer(bytes)) as { request_id: string };
    expect(received).toEqual([body.request_id]);
    expect(parseAnswer(bytes).headers.get("x-request-id")).toBe(body.request_id);
    expect(onError.mock.calls).toMatchObject([[{}, { requestId: body.request_id }]]);
    if (id !== undefined) expect(body.request_id).toBe(id);
  });

  it("sends it with an upgrade", async () => {
    if (library === koaProxies) return; // it proxies no upgrades
    const received: unknown[] = [];
    const upstream = createServer().on("upgrade", (incoming: IncomingMessage, socket) => {
      received.push(incoming.headers["x-request-id"]);
      socket.destroy();
    });
    const bytes = await withServer(upstream, (port) =>
      behind(library, port, {}, (gateway) =>
        exchange(gateway, request("GET /", { Connection: "Upgrade", Upgrade: "websocket" })),
      ),
    );
    const body = assertContract(parseAnswer(bytes)) as { request_id: string };
    expect(received).toEqual([body.request_id]);
  });

  it("asks the option requestId once", async () => {
    const received: unknown[] = [];
    let count = 0;
    const options = { onError() {}, requestId: () => `own-${++count}` };
    const upstream: RequestListener = (incoming) => {
      received.push(incoming.headers["x-request-id"]);
      incoming.socket.destroy();
    };
    const bytes = await withServer(upstream, (port) =>
      behind(library, port, { options }, (gateway) => exchange(gateway, request("GET /"))),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ request_id: "own-1" });
    expect(received).toEqual(["own-1"]);
  });
});

const hosts: Readonly<Record<string, (seen: string[]) => RequestListener>> = {
  "Express 5": onExpress(express),
  "Express 4": onExpress(express4),
  "Koa 3": onKoa(Koa),
  "Koa 2": onKoa(Koa2),
};

function onExpress(framework: typeof express) {
  return (seen: string[]) =>
    framework()
      .use((incoming) => {
        seen.push(requestIdOf(incoming), requestIdOf(incoming));
        throw new Error("down");
      })
      .use(fgErrors({ onError() {} })) as RequestListener;
}

function onKoa(Framework: typeof Koa) {
  return (seen: string[]) =>
    new Framework()
      .use(koaErrors({ onError() {} }))
      .use((ctx) => {
        seen.push(koaRequestIdOf(ctx), koaRequestIdOf(ctx.req), koaRequestIdOf(ctx.request));
        throw new Error("down");
      })
      .callback() as RequestListener;
}

describe("an upstream whose error has an id of its own", () => {
  const upstream: RequestListener = (_incoming, response) =>
    void response
      .writeHead(404, {
        "Content-Type": "application/json",
        "X-Request-Id": "theirs",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
      })
      .end(JSON.stringify({ error_code: "A.0404", error_msg: "none", request_id: "theirs" }));

  const ask = async (isAsked: boolean) => {
    const seen: string[] = [];
    const bytes = await withServer(upstream, (port) => {
      const app = express().use((incoming, response, next) => {
        if (isAsked) seen.push(requestIdOf(incoming));
        response.once("finish", () => seen.push(requestIdOf(incoming)));
        next();
      });
      app.use(createProxyMiddleware(fgProxy({ onError() {} }, { target: `http://127.0.0.1:${port}` })));
      return withServer(app as RequestListener, (gateway) => exchange(gateway, request("GET /")));
    });
    return { seen, shown: (assertContract(parseAnswer(bytes)) as { request_id: string }).request_id };
  };

  it("is shown with it, unless a handler has asked for the id before", async () => {
    const { seen, shown } = await ask(false);
    expect([shown, ...seen]).toEqual(["theirs", "theirs"]);
  });

  it("is shown with the id that a handler has", async () => {
    const { seen, shown } = await ask(true);
    expect(seen).toEqual([shown, shown]);
    expect(shown).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe.each(Object.entries(hosts))("requestIdOf() on %s", (_name, create) => {
  it.each(sent)("gives the id that the error shows; the client's: %s", async (_what, headers, id) => {
    const seen: string[] = [];
    const bytes = await withServer(create(seen), (port) => exchange(port, request("GET /", headers)));
    const { request_id: shown } = assertContract(parseAnswer(bytes)) as { request_id: string };
    expect(new Set(seen)).toEqual(new Set([shown]));
    if (id !== undefined) expect(shown).toBe(id);
  });
});

it("gives over HTTP/2 what the error shows", async () => {
  const seen: string[] = [];
  const server = createHttp2Server(hosts["Koa 3"]!(seen) as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ":path": "/" });
  const body = JSON.parse(String(Buffer.concat(await stream.toArray()))) as { request_id: string };
  expect(new Set(seen)).toEqual(new Set([body.request_id]));
  session.destroy();
  server.close();
});

it("gives a handler in front of the proxy the id that is sent", async () => {
  const seen: unknown[] = [];
  const upstream: RequestListener = (incoming, response) => {
    seen.push(incoming.headers["x-request-id"]);
    response.end();
  };
  await withServer(upstream, (port) => {
    const app = express().use((incoming, _response, next) => (seen.push(requestIdOf(incoming)), next()));
    app.use(createProxyMiddleware(fgProxy({}, { target: `http://127.0.0.1:${port}` })));
    return withServer(app as RequestListener, (gateway) => exchange(gateway, request("GET /")));
  });
  expect(seen[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(seen[1]).toBe(seen[0]);
});
