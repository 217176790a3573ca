// Successes that break in the middle: the client has to see it, the operator once, and nothing may be left behind.
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer, get, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it, vi } from "vitest";
import { eventually } from "../patience.js";
import { exchange, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Writer } from "./interceptor-gateways.js";

/** Hands an upstream's reply on, the way services do it. */
const ways: Readonly<Record<string, (reply: IncomingMessage, response: ServerResponse) => unknown>> = {
  "pipe()": (reply, response) => reply.pipe(response),
  "pipe(), minding errors": (reply, response) => reply.on("error", () => response.end()).pipe(response),
  "pipeline()": (reply, response) => pipeline(reply, response),
};

function passing(port: number, way: keyof typeof ways): Writer {
  return async (_request, response) => {
    const outgoing = get({ host: "127.0.0.1", port, agent: false }).on("error", () => {}); // from Node 26 on, after its response too
    const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
    response.writeHead(reply.statusCode!, { "Content-Type": "text/plain" });
    await ways[way]!(reply, response);
  };
}

const breaks: Readonly<Record<string, RequestListener>> = {
  reset: (_request, response) => response.write("first ", () => response.socket!.resetAndDestroy()),
  "too short": (_request, response) => {
    response.writeHead(200, { "Content-Length": 100 }).write("first ", () => response.socket!.end());
  },
};

describe.each(gateways)("$name", (gateway) => {
  const cases = Object.keys(ways).flatMap((way) => Object.keys(breaks).map((what) => ({ way, what })));
  it.each(cases)("cuts the response and reports it once: $way, $what", async ({ way, what }) => {
    const { reported, options } = recordProblems();
    const bytes = await withServer(breaks[what]!, (upstream) =>
      withServer(gateway.create(passing(upstream, way), options), (port) => exchange(port, request("GET /")).catch(String)),
    );
    expect(bytes).toContain("first ");
    expect(bytes).not.toMatch(/\r\n0\r\n|FSS\./);
    expect(reported.map(({ status, proxyError }) => [status, proxyError])).toEqual([
      [502, expect.stringMatching(/terminated|incomplete/)],
    ]);
  });

  it("resets the stream of HTTP/2", async () => {
    const { reported, options } = recordProblems();
    await withServer(breaks["reset"]!, async (upstream) => {
      const listener = gateway.createHttp2(passing(upstream, "pipe()"), options);
      const server = createHttp2Server(listener as never).listen(0, "127.0.0.1");
      await once(server, "listening");
      const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      try {
        const stream = session.request({ ":path": "/" }).resume();
        stream.on("error", () => {});
        await new Promise((resolve) => stream.once("close", resolve));
        expect(stream.rstCode).toBe(2); // INTERNAL_ERROR
      } finally {
        session.destroy();
        server.close();
      }
    });
    expect(reported).toHaveLength(1);
  });

  it.each(["pipe()", "pipeline()"])(
    "ends the exchange with the upstream when the client leaves, and reports nothing: %s",
    async (way) => {
      const { reported, options } = recordProblems();
      const upstream = createServer((_request, response) => void response.write("first "));
      const closed = new Promise((resolve) => upstream.on("connection", (socket) => socket.on("close", resolve)));
      await withServer(upstream, (upstreamPort) =>
        withServer(gateway.create(passing(upstreamPort, way), options), async (port) => {
          const socket = connect(port, "127.0.0.1", () => socket.write(request("GET /")));
          await once(socket, "data");
          socket.destroy();
          await closed;
          await new Promise((resolve) => setImmediate(resolve));
        }),
      );
      expect(reported.filter(({ status }) => status >= 500)).toEqual([]);
      if (way === "pipe()") expect(reported).toEqual([]);
    },
  );

  it("leaves what is piped elsewhere, too, to its other reader", async () => {
    const source = new PassThrough();
    const cache = new PassThrough().resume();
    const writer: Writer = (_request, response) => {
      source.pipe(cache);
      source.pipe(response);
      source.write("first ");
    };
    await withServer(gateway.create(writer, recordProblems().options), async (port) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(request("GET /")));
      await once(socket, "data");
      const closed = vi.fn();
      source.on("unpipe", closed).once("close", closed);
      socket.destroy();
      await eventually(() => expect(source.listenerCount("data")).toBe(1));
      source.end("second");
      await once(cache, "end");
    });
  });

  it("does not take one source after the other for a failure", async () => {
    const writer: Writer = async (_request, response) => {
      const first = Readable.from([Buffer.from("first ")]);
      first.pipe(response, { end: false });
      await once(first, "end");
      Readable.from([Buffer.from("second")]).pipe(response);
    };
    const { reported, options } = recordProblems();
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(bytes).toMatch(/first [^]*second\r\n0\r\n\r\n$/);
    expect(reported).toEqual([]);
  });

  it("lets a writer stop a source by itself", async () => {
    const writer: Writer = (_request, response) => {
      const source = new Readable({ read() {} });
      source.pipe(response);
      source.push("enough");
      source.once("data", () => setImmediate(() => (response.end(), source.destroy())));
    };
    const { reported, options } = recordProblems();
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(bytes).toMatch(/enough\r\n0\r\n\r\n$/);
    expect(reported).toEqual([]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ["text", (response) => response.end("instead")],
    ["another source", (response) => slowly("instead").pipe(response)],
  ])("lets a writer put %s in place of a source that failed", async (_what, mend) => {
    const writer: Writer = (_request, response) => {
      const missing = createReadStream(new URL("./nowhere", import.meta.url));
      missing.on("error", () => mend(response)).pipe(response);
    };
    const { reported, options } = recordProblems();
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(bytes).toMatch(/^HTTP\/1\.1 200 [^]*instead/);
    expect(reported).toEqual([]);
  });
});

function slowly(content: string): Readable {
  return Readable.from(
    (async function* () {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield content;
    })(),
  );
}
