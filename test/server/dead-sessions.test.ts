// Sessions of HTTP/2 that are over for an error of their client's: Node keeps some of them, and with them their streams, for ever.
import { once } from "node:events";
import type { Server } from "node:http";
import {
  connect as connectHttp2,
  createSecureServer,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { drain, guardServer } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { eventually, secondsOfChecks } from "../patience.js";
import { certificate } from "../recognisers/certificate.js";
import { withServer } from "../wire.js";
import { patient } from "./drained.js";
import { connectionErrors, frame, goaway, headers, preface, settingsAcknowledged } from "./frames.js";

type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

const servers = {
  h2c: (listener: Listener) => createServer(listener),
  h2: (listener: Listener) => createSecureServer(certificate(), listener),
};

const openers = {
  h2c: (port: number) => connect(port, "127.0.0.1"),
  h2: (port: number) => connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["h2"] }),
};

const leaves = {
  "leaves by FIN": (client: Socket) => void client.end(),
  "leaves by RST": (client: Socket) => void ("encrypted" in client ? client.destroy() : client.resetAndDestroy()),
  stays: () => {},
};

const cases = Object.entries(connectionErrors).flatMap(([name, bytes]) =>
  Object.keys(leaves).flatMap((leave) => [
    { name, leave, bytes },
    { name: `GOAWAY, then ${name}`, leave, bytes: Buffer.concat([goaway, bytes]) },
  ]),
);

/** The status of a GET by another connection. */
async function status(scheme: keyof typeof servers, port: number): Promise<unknown> {
  const client = connectHttp2(`${scheme === "h2" ? "https" : "http"}://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const [head] = (await once(client.request({ ":path": "/" }).resume(), "response")) as [Record<string, unknown>];
  client.destroy();
  return head[":status"];
}

describe.concurrent.each(Object.keys(servers) as (keyof typeof servers)[])("%s", (scheme) => {
  // These wait longest, so that they begin first.
  it("leaves a session alone that is silent", async () => {
    const server = guardServer(servers[scheme](() => {}));
    const asked = once(server, "request") as Promise<[Http2ServerRequest, Http2ServerResponse]>;
    await withServer(server as unknown as Server, async (port) => {
      const client = connectHttp2(`${scheme === "h2" ? "https" : "http"}://127.0.0.1:${port}`, { rejectUnauthorized: false });
      await once(client, "remoteSettings");
      const settings = vi.fn();
      client.on("remoteSettings", settings);
      const stream = client.request({ ":path": "/" });
      const [, response] = await asked;
      await eventually(() => expect(settings).toHaveBeenCalled());
      await secondsOfChecks(3);
      expect(settings).toHaveBeenCalledOnce(); // asked once, however long it is silent
      response.end("done");
      expect((await stream.toArray()).join("")).toBe("done");
      client.destroy();
    });
  });

  it("leaves a session alone whose client is slow to read", async () => {
    const size = 30_000_000;
    const server = guardServer(servers[scheme]((_request, response) => void response.end(Buffer.alloc(size))));
    await withServer(server as unknown as Server, async (port) => {
      const client = openers[scheme](port).pause();
      const windows = [frame(4, 0, 0, [0, 4, 127, 255, 255, 255]), frame(8, 0, 0, [127, 255, 0, 0])];
      client.write(Buffer.concat([preface, settingsAcknowledged, ...windows, headers(1, "/")]));
      const [session] = (await once(server, "session")) as [ServerHttp2Session];
      await secondsOfChecks(4);
      expect(session.destroyed).toBe(false);
      let received = 0;
      client.on("data", ({ length }: Buffer) => void (received += length)).resume();
      await eventually(() => expect(received).toBeGreaterThan(size));
      client.destroy();
    });
  });

  it.each(cases)("frees what $name has taken, whose client $leave", async ({ bytes, leave }) => {
    const sessions: ServerHttp2Session[] = [];
    const server = guardServer(
      servers[scheme](({ url }, response) => void (url === "/poll" || response.end())),
      { maxInFlight: 1, onError() {} },
    );
    server.on("session", (session) => void sessions.push(session)).on("sessionError", () => {});
    await withServer(server as unknown as Server, async (port) => {
      const asked = once(server, "request") as Promise<[Http2ServerRequest, Http2ServerResponse]>;
      const client = openers[scheme](port)
        .on("error", () => {})
        .resume();
      client.write(Buffer.concat([preface, headers(1, "/poll"), settingsAcknowledged]));
      const [, { stream }] = await asked;
      const closed = new Promise<void>((resolve) => stream.on("error", () => {}).once("close", resolve));
      expect(await status(scheme, port)).toBe(503);
      client.write(bytes);
      await new Promise(setImmediate);
      leaves[leave as keyof typeof leaves](client);
      await closed;
      expect(await status(scheme, port)).toBe(200);
      await eventually(() => expect(sessions.every(({ destroyed }) => destroyed)).toBe(true));
      client.destroy();
    });
  });

  it("drains without them", async () => {
    const server = guardServer(
      servers[scheme](() => {}),
      { onError() {} },
    ) as unknown as Server;
    await withServer(server, async (port) => {
      const asked = once(server, "request");
      const client = openers[scheme](port)
        .on("error", () => {})
        .resume();
      client.write(Buffer.concat([preface, headers(1, "/poll"), settingsAcknowledged]));
      await asked;
      client.write(Buffer.concat([goaway, connectionErrors["a PING that is too short"]!]));
      await drain(server, patient);
    });
  });
});
