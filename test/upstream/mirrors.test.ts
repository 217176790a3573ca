// The option `forward` of http-proxy and its descendants sends a copy of each request to a second service, a mirror. Its failure is reported
// to the operator, and touches no response.
import { once } from "node:events";
import { Agent, type RequestListener } from "node:http";
import { createServer as createRawServer, type AddressInfo, type Server as RawServer, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

/** Runs `visit` with the address of a mirror that does this to each connection. */
async function withMirror<R>(
  act: (socket: Socket) => unknown,
  visit: (url: string, mirror: RawServer) => Promise<R>,
): Promise<R> {
  const mirror = createRawServer((socket) => void act(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  await once(mirror, "listening");
  try {
    return await visit(`http://127.0.0.1:${(mirror.address() as AddressInfo).port}`, mirror);
  } finally {
    mirror.close();
  }
}

const mirrors: Readonly<Record<string, readonly [act: (socket: Socket) => unknown, proxyError: string]>> = {
  "resets its connection": [(socket) => socket.once("data", () => socket.resetAndDestroy()), "connection_terminated"],
  "closes without a reply": [(socket) => socket.once("data", () => socket.end()), "connection_terminated"],
  "sends no HTTP": [(socket) => socket.once("data", () => socket.end("no HTTP\r\n\r\n")), "http_protocol_error"],
};

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  /** httpxy pipes a request with content to its mirror before the request itself has a connection, and so loses the content. */
  const [method, content] = /httpxy|middleware 4/.test(library.name) ? ["GET", ""] : ["POST", "content"];

  const reported = (proxyError: unknown) => [
    [
      { status: 502, proxyError },
      { instance: "/orders", responseStarted: false },
    ],
  ];

  describe.each(Object.entries(mirrors))("a mirror that %s", (_how, [act, proxyError]) => {
    it.each([
      ["before the upstream replies", true],
      ["after the upstream has replied", false],
    ])("leaves the response alone: %s", async (_when, isFirst) => {
      const onError = vi.fn();
      let replied = () => {};
      const atReply = new Promise<void>((resolve) => (replied = resolve));
      const upstream: RequestListener = async (incoming, response) => {
        let text = "";
        for await (const chunk of incoming) text += chunk;
        if (isFirst) await eventually(() => expect(onError).toHaveBeenCalled());
        response.end(`${incoming.method} ${text}`, replied);
      };
      const failing = async (socket: Socket) => {
        if (!isFirst) {
          socket.pause();
          await atReply;
          socket.resume();
        }
        act(socket);
      };
      await withMirror(failing, (forward) =>
        withServer(upstream, (port) =>
          behind(library, port, { settings: { forward }, options: { onError } }, async (gateway) => {
            const answer = parseAnswer(await exchange(gateway, request(`${method} /orders`, {}, content)));
            expect(answer).toMatchObject({ status: 200, text: `${method} ${content}` });
            await eventually(() => expect(onError.mock.calls).toMatchObject(reported(proxyError)));
          }),
        ),
      );
    });

    it("leaves the library's own answer alone, where there is no upstream", async () => {
      if (library.name.includes("middleware")) return; // it demands a target
      const onError = vi.fn();
      await withMirror(act, (forward) =>
        behind(library, 1, { settings: { target: undefined, forward }, options: { onError } }, async (gateway) => {
          const status = library === koaProxies ? 404 : 200; // with which Koa begins
          expect(parseAnswer(await exchange(gateway, request("GET /orders")))).toMatchObject({ status, text: "" });
          if (library === koaProxies && proxyError === "connection_terminated") return; // it passes no "econnreset" on
          await eventually(() => expect(onError.mock.calls).toMatchObject(reported(proxyError)));
        }),
      );
    });
  });

  it("a mirror that nobody listens for fails while the request waits for a connection", async () => {
    if (library === koaProxies) return; // it emits no "start", so nobody knows yet that there is a mirror
    const agent = new Agent({ maxSockets: 1, keepAlive: true });
    const onError = vi.fn();
    const forward = "http://127.0.0.1:1";
    const upstream: RequestListener = async (incoming, response) => {
      if (incoming.url === "/first") await eventually(() => expect(onError.mock.calls.length).toBeGreaterThanOrEqual(2));
      response.end(incoming.url);
    };
    await withServer(upstream, (port) =>
      behind(library, port, { settings: { forward, agent }, options: { onError } }, async (gateway) => {
        const answers = await Promise.all(["/first", "/second"].map((path) => exchange(gateway, request(`GET ${path}`))));
        expect(answers.map((bytes) => parseAnswer(bytes))).toMatchObject([
          { status: 200, text: "/first" },
          { status: 200, text: "/second" },
        ]);
        expect(onError.mock.calls).toMatchObject([
          [{ proxyError: "connection_refused" }, {}],
          [{ proxyError: "connection_refused" }, {}],
        ]);
      }),
    );
    agent.destroy();
  });

  it("an upstream that fails is answered, whatever its mirror does", async () => {
    const onError = vi.fn();
    await withMirror(
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 204 No Content\r\n\r\n")),
      (forward) =>
        withServer(
          (incoming) => void incoming.socket.destroy(),
          (port) =>
            behind(library, port, { settings: { forward }, options: { onError } }, async (gateway) => {
              expect(assertContract(parseAnswer(await exchange(gateway, request("GET /orders"))))).toMatchObject({ status: 502 });
              expect(onError.mock.calls).toMatchObject([[{ status: 502 }, { responseStarted: false }]]);
            }),
        ),
    );
  });

  it("a handler of errors does not hear of a mirror", async () => {
    const heard = vi.fn();
    const onError = vi.fn();
    const given = (forward: string) => ({ settings: { forward }, options: { onError }, handlers: { error: heard } });
    await withMirror(mirrors["resets its connection"]![0], (forward) =>
      withServer(
        (_incoming, response) => void response.end("content"),
        (port) =>
          behind(library, port, given(forward), async (gateway) => {
            expect(parseAnswer(await exchange(gateway, request("GET /")))).toMatchObject({ status: 200, text: "content" });
            await eventually(() => expect(onError).toHaveBeenCalledTimes(1));
          }),
      ),
    );
    expect(heard).not.toHaveBeenCalled();
  });
});

describe.each(libraries.filter(({ name }) => name.startsWith("http-proxy-3")))("$name with fetch", (library) => {
  it.each([
    ["an address", (mirror: string) => mirror],
    ["a URL", (mirror: string) => new URL(mirror)],
  ])("leaves its own answer alone, where there is no upstream: the mirror is %s", async (_how, mirrorOf) => {
    const onError = vi.fn();
    const mirror = mirrorOf(`http://127.0.0.1:${await closedPort()}`);
    const settings = { target: undefined, forward: mirror, fetchOptions: {} };
    const bytes = await behind(library, 1, { settings, options: { onError } }, (port) => exchange(port, request("GET /orders")));
    expect(parseAnswer(bytes)).toMatchObject({ status: 200, text: "" });
    expect(onError.mock.calls.map(([problem]: { message?: string }[]) => problem)).toMatchObject([{ status: 502 }]);
  });

  it("answers an upstream that fails", async () => {
    const bytes = await behind(library, await closedPort(), { settings: { fetchOptions: {} } }, (port) =>
      exchange(port, request("GET /orders")),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
  });
});
