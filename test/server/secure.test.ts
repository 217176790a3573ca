// TLS that fails, and HTTP/2: what can be answered there, and what only ends.
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import {
  connect as connectHttp2,
  createSecureServer,
  createServer as createHttp2,
  type ClientHttp2Session,
  type OutgoingHttpHeaders,
} from "node:http2";
import { createServer as createSecure } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { certificate } from "../recognisers/certificate.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { send, visit } from "./guarded.js";

const onError = vi.fn<(problem: Problem) => void>();
const reported = () => onError.mock.calls.splice(0).map(([{ status, receivedStatus }]) => [status, receivedStatus]);
const stderr = vi.spyOn(process.stderr, "write");
afterEach(() => {
  expect(stderr).not.toHaveBeenCalled();
});

const ok = (_request: unknown, response: unknown) => void (response as ServerResponse).end("content");
const settings = { ...certificate(), handshakeTimeout: 300 };
const secure = [
  { name: "https", create: () => createSecure(settings, ok) as Server },
  { name: "http2", create: () => createSecureServer({ ...settings, allowHTTP1: true }, ok) as unknown as Server },
  { name: "http2 without HTTP/1", create: () => createSecureServer(settings, ok) as unknown as Server },
];

describe.each(secure)("$name", ({ create }) => {
  it("answers HTTP without TLS", async () => {
    const bytes = await withServer(guardServer(create(), { onError }), (port) => exchange(port, request("GET /s3cr3t")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 400, instance: "/" });
    expect(reported()).toEqual([[400, undefined]]);
  });

  it("drops what is neither, and emits it to listeners", async () => {
    const server = guardServer(create(), { onError });
    const failed = once(server, "clientError");
    const bytes = await withServer(server, (port) => exchange(port, "\x16\x03\x01\x00\x05s3cr3").catch(() => ""));
    expect(bytes).not.toContain("HTTP");
    await failed;
    expect(reported()).toEqual([]);
  });

  it("drops a client that does not trust it", async () => {
    await withServer(guardServer(create(), { onError }), async (port) => {
      const client = connectTls({ port, host: "127.0.0.1" });
      await expect(once(client, "secureConnect")).rejects.toThrow("self-signed");
      client.destroy();
    });
    expect(reported()).toEqual([]);
  });

  it("emits to listeners that a client left before its handshake", async () => {
    const server = guardServer(create(), { onError });
    const failed = once(server, "clientError");
    await withServer(server, async (port) => {
      connect(port, "127.0.0.1").end();
      expect(await failed).toMatchObject([{ code: "ECONNRESET" }, { destroyed: true }]);
    });
    expect(reported()).toEqual([]);
  });

  it("drops a handshake that takes too long", async () => {
    await withServer(guardServer(create(), { onError }), async (port) => {
      const client = connect(port, "127.0.0.1").resume();
      await once(client, "close");
    });
    expect(reported()).toEqual([]);
  });
});

it.each([{ onError }, {}])("answers HTTP/1 that it is not accepted: %o", async (options) => {
  const server = guardServer(createSecureServer(settings, ok), options) as unknown as Server;
  const bytes = await visit(server, true, async () => {
    const { port } = server.address() as AddressInfo;
    return send(connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }), request("GET /"));
  });
  expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 501 });
  expect(reported()).toEqual("onError" in options ? [[501, 505]] : []);
});

it("leaves a protocol that is unknown to those who know it", async () => {
  const server = guardServer(createSecureServer(settings, ok), { onError }).on(
    "unknownProtocol",
    (socket) => void socket.end("known"),
  );
  const bytes = await visit(server as unknown as Server, true, async () => {
    const { port } = server.address() as AddressInfo;
    return send(connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }));
  });
  expect(bytes).toBe("known");
});

it("closes a connection of HTTP/1 to HTTP/2 without TLS", async () => {
  const server = guardServer(createHttp2(ok), { onError }) as unknown as Server;
  expect(await withServer(server, (port) => exchange(port, request("GET /").repeat(3)))).not.toContain("content");
  expect(reported()).toEqual([]);
});

const requests: { name: string; fields: OutgoingHttpHeaders; status: number; received?: number }[] = [
  { name: "an expectation", fields: { ":path": "/act", expect: "s3cr3t" }, status: 400, received: 417 },
  { name: "a tunnel", fields: { ":method": "CONNECT", ":authority": "a:1" }, status: 501 },
];

describe.each(hosts)("HTTP/2, $name", ({ createHttp2: createApp }) => {
  const visitHttp2 = (act: (session: ClientHttp2Session) => Promise<void>) => {
    const app = createApp((_request: IncomingMessage, response: ServerResponse) => {
      response.statusCode = 200;
      response.end("content");
    });
    const server = guardServer(createHttp2(app as never), { onError });
    return withServer(server as unknown as Server, async (port) => {
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      await act(session).finally(() => session.destroy());
    });
  };

  it.each(requests)("answers $name, and goes on", ({ fields, status, received }) =>
    visitHttp2(async (session) => {
      expect(assertContract(await ask(session, fields))).toMatchObject({ status });
      expect(reported()).toEqual([[status, received]]);
      const good = await ask(session, { ":path": "/act" });
      expect(good).toMatchObject({ status: 200, text: "content" });
    }),
  );

  it("leaves the rest to the application", () =>
    visitHttp2(async (session) => {
      expect(assertContract(await ask(session, { ":path": "/none" }))).toMatchObject({ status: 404 });
      const stream = session.request({ ":path": "/act", expect: "100-continue" });
      await once(stream, "continue");
      stream.on("error", () => {}).close(8);
      await once(stream, "close");
      expect(reported()).toEqual([]);
    }));
});

async function ask(session: ClientHttp2Session, fields: OutgoingHttpHeaders) {
  const stream = session.request(fields, { endStream: true });
  const [head] = (await once(stream, "response")) as [Record<string, string | number>];
  const entries = Object.entries(head).filter(([name]) => !name.startsWith(":"));
  const text = String(Buffer.concat(await stream.toArray()));
  return { status: Number(head[":status"]), headers: new Headers(entries as [string, string][]), text };
}

it("has no target but those of HTTP, whatever the scheme", async () => {
  const server = guardServer(createHttp2(ok), { onError });
  await withServer(server as unknown as Server, async (port) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    expect(assertContract(await ask(session, { ":scheme": "s3cr3t", ":path": "http://?s3cr3t" }))).toMatchObject({ status: 400 });
    expect(await ask(session, { ":path": "/act" })).toMatchObject({ status: 200 });
    session.destroy();
  });
  expect(reported()).toEqual([[400, undefined]]);
});

it("guards a server that gets its listener later", async () => {
  const server = guardServer(createHttp2(), { onError }).on("request", ok);
  await withServer(server as unknown as Server, async (port) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    expect(await ask(session, { expect: "a" })).toMatchObject({ status: 400 });
    expect(await ask(session, {})).toMatchObject({ status: 200 });
    session.destroy();
  });
  expect(reported()).toEqual([[400, 417]]);
});

it("leaves a tunnel of HTTP/2 to its listener", async () => {
  const server = guardServer(createHttp2(ok), { onError }).on("connect", ok);
  await withServer(server as unknown as Server, async (port) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    expect(await ask(session, { ":method": "CONNECT", ":authority": "a:1" })).toMatchObject({ status: 200, text: "content" });
    session.destroy();
  });
});

it("breaks nothing when a session fails", async () => {
  const server = guardServer(createHttp2(ok), { onError });
  await withServer(server as unknown as Server, async (port) => {
    const failed = once(server, "sessionError");
    const client = connect(port, "127.0.0.1").on("error", () => {});
    client.end(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${"\0\0\x04\x08".repeat(9)}s3cr3t`, "latin1");
    await failed;
    client.destroy();
  });
  expect(reported()).toEqual([]);
});
