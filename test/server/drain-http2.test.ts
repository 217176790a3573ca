// drain() of HTTP/2: what has begun finishes, the client learns what it may repeat elsewhere.
import { once } from "node:events";
import {
  connect,
  constants,
  createSecureServer,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { connect as connectTls } from "node:tls";
import { drain, guardServer, type GuardOptions } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { certificate } from "../recognisers/certificate.js";
import { withServer } from "../wire.js";
import { patient } from "./drained.js";

type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

const kinds = [
  ["h2c", "http", (listener: Listener) => createServer(listener)],
  ["h2", "https", (listener: Listener) => createSecureServer(certificate(), listener) as Http2Server],
  ["h2 with HTTP/1", "https", (l: Listener) => createSecureServer({ ...certificate(), allowHTTP1: true }, l) as Http2Server],
] as const;

const careless = { rejectUnauthorized: false };

const later = async (client: ClientHttp2Session) => once(client.request({ ":path": "/" }), "response");

describe.each(kinds)("%s", (_name, scheme, create) => {
  function visit(act: (server: Http2Server, client: ClientHttp2Session) => Promise<void>, options?: GuardOptions) {
    const server = guardServer(
      create(() => {}),
      options,
    );
    return withServer(server as never, async () => {
      const { port } = server.address() as AddressInfo;
      const client = connect(`${scheme}://127.0.0.1:${port}`, careless);
      client.on("error", () => {});
      try {
        await act(server, client);
      } finally {
        client.destroy();
      }
    });
  }

  it("lets streams finish, and closes the session", () =>
    visit(async (server, client) => {
      const stream = client.request({ ":path": "/" }).setEncoding("utf8");
      const answered = Promise.all([once(stream, "response"), stream.toArray()]);
      const [, response] = (await once(server, "request")) as [unknown, Http2ServerResponse];
      const goaway = once(client, "goaway");
      const drained = drain(server, patient);
      expect((await goaway).slice(0, 2)).toEqual([constants.NGHTTP2_NO_ERROR, stream.id]);
      await expect(later(client)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_HTTP2_/) });
      response.end("done");
      const [[headers], chunks] = await answered;
      expect([headers[":status"], chunks.join("")]).toEqual([200, "done"]);
      await drained;
    }));

  it("closes an idle session", () =>
    visit(async (server, client) => {
      await once(client, "remoteSettings");
      const closed = [once(client, "goaway"), once(client, "close")];
      await drain(server, patient);
      await Promise.all(closed);
    }));

  it("cuts when the time is up", async () => {
    const onError = vi.fn();
    await visit(
      async (server, client) => {
        const [silent, begun] = [client.request({ ":path": "/silent" }), client.request({ ":path": "/begun" })];
        const failed = [silent, begun].map((stream) =>
          expect(once(stream.resume(), "end")).rejects.toMatchObject({ code: "ERR_HTTP2_STREAM_ERROR" }),
        );
        server.on(
          "request",
          (request: Http2ServerRequest, response) => void (request.url === "/begun" && response.write("half")),
        );
        await once(begun, "data");
        await drain(server, { timeout: 50 });
        await Promise.all(failed);
      },
      { onError },
    );
    expect(onError.mock.calls).toMatchObject([
      [{ status: 503 }, { instance: "/silent", responseStarted: true }],
      [{ status: 503 }, { instance: "/begun", responseStarted: true }],
    ]);
  });

  it("closes a session that comes about meanwhile", () => {
    const server = guardServer(create(() => {}));
    return withServer(server as never, async (port) => {
      const socket = connectTcp(port, "127.0.0.1");
      await once(server, "connection");
      const drained = drain(server, patient);
      const createConnection = () => (scheme === "http" ? socket : connectTls({ socket, ALPNProtocols: ["h2"], ...careless }));
      const client = connect(`${scheme}://127.0.0.1:${port}`, { createConnection }).on("error", () => {});
      await new Promise((resolve) => client.once("close", resolve));
      await drained;
    });
  });
});
