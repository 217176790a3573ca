// Proxy-Authorization is for this gateway, and Proxy-Authenticate of a reply for this gateway's next hop alone (RFC 9110 section 11.7).
import { createServer } from "node:http";
import { connect } from "node:net";
import { endToEnd, upstreamRequest } from "@fg-errors/core/upstream";
import { fgErrors as expressErrors, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import Koa from "koa";
import { request as undici } from "undici";
import { describe, expect, it } from "vitest";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

const challenges = {
  "Proxy-Authenticate": 'Basic realm="s3cr3t"',
  "Proxy-Authentication-Info": 'nextnonce="s3cr3t"',
  "X-Kept": "1",
};

/** An upstream that answers with the status that its path names, and records what credentials it got. */
function startUpstream() {
  const received: (string | undefined)[] = [];
  const server = createServer(({ url, headers }, response) => {
    received.push(headers["proxy-authorization"]);
    response.writeHead(Number(url!.slice(1)), { ...challenges, "Content-Length": 0 }).end();
  });
  server.on("upgrade", ({ headers }, socket) => {
    received.push(headers["proxy-authorization"]);
    const fields = Object.entries(challenges).map(([name, value]) => `${name}: ${value}\r\n`).join(""); // prettier-ignore
    socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${fields}\r\nopen`);
  });
  return { server, received };
}

const credentials = { "Proxy-Authorization": "Basic s3cr3t" };
const twice = `GET /200 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic s3cr3t\r\nProxy-Authorization: Digest a="b", c="d"\r\nConnection: close\r\n\r\n`;

function expectNoChallenge(bytes: string, status: number): void {
  const { status: received, headers } = parseAnswer(bytes);
  expect([received, headers.get("x-kept")]).toEqual([status === 407 ? 502 : status, "1"]);
  expect(bytes).not.toContain("s3cr3t");
  for (const name of ["proxy-authenticate", "proxy-authentication-info"]) expect(headers.has(name)).toBe(false);
}

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  it.each([200, 302, 304, 404, 407])("passes on neither the client's credentials nor the challenges of a %i", async (status) => {
    const { server, received } = startUpstream();
    const bytes = await withServer(server, (upstream) =>
      behind(library, upstream, {}, (port) => exchange(port, request(`GET /${status}`, credentials))),
    );
    expectNoChallenge(bytes, status);
    expect(received).toEqual([undefined]);
  });

  it("passes on no credentials that came twice", async () => {
    const { server, received } = startUpstream();
    await withServer(server, (upstream) => behind(library, upstream, {}, (port) => exchange(port, twice)));
    expect(received).toEqual([undefined]);
  });

  it("passes on the gateway's own credentials for the next proxy", async () => {
    const { server, received } = startUpstream();
    const settings = { headers: { "Proxy-Authorization": "Basic own" } };
    await withServer(server, (upstream) =>
      behind(library, upstream, { settings }, (port) => exchange(port, request("GET /200", credentials))),
    );
    expect(received).toEqual(["Basic own"]);
  });
});

describe.each(libraries)("$name, a WebSocket", { concurrent: true }, (library) => {
  it("passes on neither the client's credentials nor the challenges of the 101", async () => {
    const { server, received } = startUpstream();
    await withServer(server, (upstream) =>
      behind(library, upstream, {}, async (port) => {
        const socket = connect(port, "127.0.0.1");
        socket.write(
          "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nProxy-Authorization: Basic s3cr3t\r\n\r\n",
        );
        const bytes = String(Buffer.concat(await socket.toArray()));
        expect(bytes).toMatch(/^HTTP\/1\.1 101 /);
        expect(bytes).toMatch(/x-kept: 1\r\n[^]*open$/i);
        expect(bytes).not.toContain("s3cr3t");
      }),
    );
    expect(received).toEqual([undefined]);
  });
});

const gateways = {
  Express: (target: string) =>
    express()
      .use(async (incoming, response) => {
        const { path, ...init } = upstreamRequest(incoming);
        await expressRelay(response, await undici(target + path, init as never));
      })
      .use(expressErrors({ onError() {} })),
  Koa: (target: string) =>
    new Koa()
      .use(koaErrors({ onError() {} }))
      .use(async (ctx) => {
        const { path, ...init } = upstreamRequest(ctx.req);
        await koaRelay(ctx, await undici(target + path, init as never));
      })
      .callback(),
};

describe.each(Object.entries(gateways))("relay() on %s", (_name, create) => {
  it.each([200, 302, 304, 404, 407])("passes on neither the client's credentials nor the challenges of a %i", async (status) => {
    const { server, received } = startUpstream();
    const bytes = await withServer(server, (port) =>
      withServer(create(`http://127.0.0.1:${port}`), (gateway) => exchange(gateway, request(`GET /${status}`, credentials))),
    );
    expectNoChallenge(bytes, status);
    expect(received).toEqual([undefined]);
  });
});

it("endToEnd() leaves them out of requests and replies", () => {
  const fields = { "proxy-authorization": "a", "proxy-authenticate": "b", "proxy-authentication-info": "c", authorization: "d" };
  expect(endToEnd(fields)).toEqual([["authorization", "d"]]);
});
