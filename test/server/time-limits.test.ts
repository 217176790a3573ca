// Time limits of the client's connection: what Node alone closes without an octet is answered, and reported.
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type ClientHttp2Session } from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { guardServer } from "@fg-errors/core/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { patience, scaled } from "../patience.js";
import { behind, koaProxies, libraries } from "../upstream/proxy-libraries.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const limit = scaled(150);
const never: RequestListener = () => {};

/** Ways to set a limit on the connection of a request whose response does not come. */
const limits: Readonly<Record<string, (incoming: IncomingMessage, response: ServerResponse, server: Server) => unknown>> = {
  "request.setTimeout()": (incoming) => incoming.setTimeout(limit),
  "response.setTimeout()": (_incoming, response) => response.setTimeout(limit),
  "socket.setTimeout()": (incoming) => incoming.socket.setTimeout(limit),
};

describe.each(hosts)("$name", ({ create, createHttp2 }) => {
  describe.each(Object.entries(limits))("%s", (_name, set) => {
    it("a response that does not come is a 503", async () => {
      const onError = vi.fn();
      const server = createServer(create((incoming, response) => new Promise(() => set(incoming, response, server))));
      const answer = await withServer(guardServer(server, { onError }), (port) => exchange(port, request("GET /act", kept)));
      expect(assertContract(parseAnswer(answer))).toMatchObject({ status: 503, instance: "/act" });
      expect(onError.mock.calls).toMatchObject([[{ status: 503 }, { instance: "/act" }]]);
    });

    it("a request that does not come is a 408", async () => {
      const onError = vi.fn();
      const act = (incoming: IncomingMessage, response: ServerResponse) => {
        set(incoming.resume(), response, server);
        return new Promise(() => {});
      };
      const server = createServer(create(act));
      const bytes = `${request("POST /act", { ...kept, "Content-Length": "9" })}part`;
      const answer = await withServer(guardServer(server, { onError }), (port) => exchange(port, bytes));
      expect(assertContract(parseAnswer(answer))).toMatchObject({ status: 408 });
      expect(onError.mock.calls).toMatchObject([[{ status: 408 }, {}]]);
    });

    it("a response over HTTP/2 that does not come is a 503", async () => {
      const onError = vi.fn();
      const server = createHttp2Server(
        createHttp2((incoming, response) => new Promise(() => set(incoming, response, server as never))) as never,
      );
      guardServer(server as unknown as Server, { onError });
      await withHttp2(server as never, async (session) => {
        const stream = session.request({ ":path": "/act" });
        const [head] = (await once(stream, "response")) as [Record<string, unknown>];
        expect(head[":status"]).toBe(503);
        expect(JSON.parse(String(Buffer.concat(await stream.toArray())))).toMatchObject({ status: 503, instance: "/act" });
      });
      expect(onError.mock.calls).toMatchObject([[{ status: 503 }, {}]]);
    });
  });

  it("what the application writes too late is discarded, over HTTP/2 too", async () => {
    let late = () => {};
    const act = (incoming: IncomingMessage, response: ServerResponse) =>
      new Promise<void>((resolve) => {
        incoming.setTimeout(limit);
        late = () => {
          response.setHeader("X-Late", "1");
          response.writeHead(200).write("late");
          response.end("late");
          resolve();
        };
      });
    const server = createHttp2Server(createHttp2(act) as never);
    guardServer(server as unknown as Server, { onError() {} });
    await withHttp2(server as never, async (session) => {
      const stream = session.request({ ":path": "/act" });
      const [head] = (await once(stream, "response")) as [Record<string, unknown>];
      late();
      expect(head[":status"]).toBe(503);
      await stream.toArray();
    });
  });
});

const kept = { Connection: "keep-alive" };

async function withHttp2<R>(server: Server, visit: (session: ClientHttp2Session) => Promise<R>): Promise<R> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).on("error", () => {});
  session.setTimeout(patience, () => session.destroy(new Error("no end")));
  try {
    return await visit(session);
  } finally {
    session.destroy();
    server.close();
  }
}

describe("server.timeout", () => {
  const ask = async (listener: RequestListener, bytes: string, settings: object = {}) => {
    const onError = vi.fn();
    const server = Object.assign(createServer(listener), { timeout: limit, ...settings });
    const answer = await withServer(guardServer(server, { onError }), (port) => exchange(port, bytes));
    return { answer, problems: onError.mock.calls.map((call) => (call[0] as { status: number }).status) };
  };

  it("a response that does not come is a 503", async () => {
    const { answer, problems } = await ask(never, request("GET /", kept));
    expect(assertContract(parseAnswer(answer))).toMatchObject({ status: 503 });
    expect(problems).toEqual([503]);
  });

  it("a head that does not come is a 408", async () => {
    const { answer, problems } = await ask(never, "GET / HTTP/1.1\r\nHost:");
    expect(assertContract(parseAnswer(answer))).toMatchObject({ status: 408 });
    expect(problems).toEqual([408]);
  });

  it.each([
    ["before its first request", "", ""],
    ["after a response", request("GET /", kept), "whole"],
  ])("a connection that is idle is closed without an answer: %s", async (_when, bytes, text) => {
    const { answer, problems } = await ask((_incoming, response) => void response.end("whole"), bytes, {
      keepAliveTimeout: limit,
    });
    expect(answer.split("\r\n\r\n")[1] ?? "").toBe(text);
    expect(problems).toEqual([]);
  });

  it("a response that has begun is cut", async () => {
    const { answer, problems } = await ask((_incoming, response) => void response.write("part"), request("GET /", kept));
    expect(answer).toMatch(/part\r\n$/);
    expect(problems).toEqual([503]);
  });

  it("over HTTP/2, each stream is answered", async () => {
    const onError = vi.fn();
    const server = createHttp2Server((incoming) => void incoming.resume());
    Object.assign(server, { timeout: limit });
    guardServer(server as unknown as Server, { onError });
    await withHttp2(server as never, async (session) => {
      const streams = [1, 2].map(() => session.request({ ":path": "/" }));
      const upload = session.request({ ":path": "/", ":method": "POST" });
      upload.write("part");
      const heads = await Promise.all([...streams, upload].map((stream) => once(stream, "response")));
      expect(heads.map(([head]) => (head as Record<string, unknown>)[":status"])).toEqual([503, 503, 408]);
      for (const stream of [...streams, upload]) stream.on("error", () => {}).resume();
      await once(session, "close");
    });
    expect(onError).toHaveBeenCalledTimes(3);
  });
});

describe("a listener of the application's keeps Node's behaviour", () => {
  it.each([
    ["the server's", (server: Server, heard: () => void) => void server.on("timeout", heard), never],
    [
      "the response's",
      () => {},
      (heard: () => void): RequestListener =>
        (_incoming, response) =>
          void response.setTimeout(limit, heard),
    ],
    [
      "the request's",
      () => {},
      (heard: () => void): RequestListener =>
        (incoming) =>
          void incoming.setTimeout(limit, heard),
    ],
  ] as const)("%s", async (_whose, listen, listener) => {
    const onError = vi.fn();
    let answerLate = () => {};
    const heard = vi.fn(() => answerLate());
    const made = listener === never ? never : (listener as (heard: () => void) => RequestListener)(heard);
    const server = createServer((incoming, response) => {
      answerLate = () => void response.end("their own");
      made(incoming, response);
    });
    listen(server, heard);
    if (listener === never) server.timeout = limit;
    const upload = `${request("POST /", { "Content-Length": "9" })}part`;
    const answer = await withServer(guardServer(server, { onError }), (port) => exchange(port, upload));
    expect(parseAnswer(answer)).toMatchObject({ status: 200, text: "their own" });
    expect(heard).toHaveBeenCalled();
    expect(onError).not.toHaveBeenCalled();
  });
});

describe.each([...libraries, koaProxies])("`timeout` of $name", { concurrent: true }, (library) => {
  it("is a 504 while the upstream is waited for", async () => {
    const onError = vi.fn();
    const bytes = await withServer(never, (upstream) =>
      behind(library, upstream, { settings: { timeout: limit }, options: { onError } }, (port) =>
        exchange(port, request("GET /", kept)),
      ),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 504 });
    expect(onError.mock.calls).toMatchObject([[{ status: 504, proxyError: "http_response_timeout" }, {}]]);
  });

  it("is a 408 while the client sends its request", async () => {
    const onError = vi.fn();
    const upload = `${request("POST /", { ...kept, "Content-Length": "9" })}part`;
    const bytes = await withServer(
      (incoming) => void incoming.resume(),
      (upstream) =>
        behind(library, upstream, { settings: { timeout: limit }, options: { onError } }, (port) => exchange(port, upload)),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 408 });
    expect(onError.mock.calls).toMatchObject([[{ status: 408 }, {}]]);
  });

  it("is the same behind guardServer()", async () => {
    const onError = vi.fn();
    const options = { onError };
    const bytes = await withServer(never, (upstream) => {
      const { web } = library.create(upstream, { settings: { timeout: limit }, options });
      return withServer(guardServer(createServer(web), options), (port) => exchange(port, request("GET /", kept)));
    });
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 504 });
    expect(onError.mock.calls).toMatchObject([[{ status: 504, proxyError: "http_response_timeout" }, {}]]);
  });

  it("cuts a response whose content stops", async () => {
    const onError = vi.fn();
    const proxyRes = (_reply: unknown, incoming: IncomingMessage) => void incoming.socket.setTimeout(limit); // the head is on its way
    const bytes = await withServer(
      (_incoming, response) => void response.write("part"),
      (upstream) =>
        behind(library, upstream, { options: { onError }, handlers: { proxyRes } }, (port) =>
          exchange(port, request("GET /", kept)),
        ),
    );
    expect(bytes).toMatch(/part\r\n$/);
    expect(onError.mock.calls).toMatchObject([[{ proxyError: "connection_read_timeout" }, { responseStarted: true }]]);
  });

  it("lets a client that does not read its whole response go", async () => {
    const content = Buffer.alloc(30_000_000);
    await withServer(
      (_incoming, response) => void response.end(content),
      (upstream) =>
        behind(library, upstream, { settings: { timeout: limit } }, async (port, gateway) => {
          const client = connect(port, "127.0.0.1")
            .pause()
            .on("error", () => {});
          const [socket] = (await Promise.all([once(gateway, "connection"), client.write(request("GET /", kept))]))[0] as [
            typeof client,
          ];
          await once(socket, "close");
          client.destroy();
        }),
    );
  });
});

describe.each(libraries.filter(({ name }) => name !== "http-proxy" && !name.endsWith("middleware 3")))(
  "`timeout` of $name over HTTP/2",
  (library) => {
    it.each([true, false])("is a 504; guarded: %j", async (isGuarded) => {
      const onError = vi.fn();
      await withServer(never, async (upstream) => {
        const { web } = library.create(upstream, { settings: { timeout: limit }, options: { onError } });
        const server = createHttp2Server(web as never) as unknown as Server;
        if (isGuarded) guardServer(server, { onError });
        await withHttp2(server, async (session) => {
          const stream = session.request({ ":path": "/orders" });
          const [head] = (await once(stream, "response")) as [Record<string, unknown>];
          expect(head[":status"]).toBe(504);
          await stream.toArray();
        });
      });
      expect(onError.mock.calls).toMatchObject([[{ proxyError: "http_response_timeout" }, { instance: "/orders" }]]);
    });
  },
);

afterEach(() => vi.restoreAllMocks());
