// relay(): how content flows, and what happens when it does not.
import { once } from "node:events";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Readable } from "node:stream";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { fetchGateways } from "./fetch-gateways.js";
import { relaying, relays, through } from "./upstream-gateways.js";

/** node:http emits the chunk's error on the request, and an early end on the reply. */
const chunking = /^http_(response_(transfer_coding|incomplete)|protocol_error)$/;

vi.spyOn(console, "error").mockImplementation(() => {}); // where @hono/node-server writes what a stream breaks with

/** Runs `visit` with a client that has sent a request and reads nothing by itself. */
async function withClient<R>(port: number, visit: (socket: Socket) => Promise<R>): Promise<R> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}).write(request("GET /"));
  try {
    return await visit(socket);
  } finally {
    socket.destroy();
  }
}

function reported() {
  const problems: Problem[] = [];
  const options: ResponderOptions = { onError: (found) => void problems.push(found) };
  return { problems, options };
}

/** Sends the start of a chunked reply and then what is no chunk. */
const breakingAfter =
  (content: string, end: (socket: Socket) => unknown): RequestListener =>
  ({ socket }, response) => {
    response.writeHead(200, { ETag: '"s3cr3t"', Server: "s3cr3t", "Set-Cookie": "s3cr3t=1", "Content-Type": "text/csv" });
    response.flushHeaders();
    if (content !== "") response.write(content);
    setImmediate(end, socket);
  };

describe.each([...relays, ...fetchGateways])("$name", (gateway) => {
  it("passes on each piece as it comes", async () => {
    let response: ServerResponse | undefined;
    const upstream: RequestListener = (_request, theirs) => void (response = theirs).write("first");
    await through(gateway, upstream, (port) =>
      withClient(port, async (socket) => {
        for (const piece of ["first", "second", "third"]) {
          if (piece !== "first") response!.write(piece);
          await eventually(async () => expect(String(await once(socket, "data"))).toContain(piece));
        }
      }),
    );
  });

  it("takes no more than its client takes, and ends the exchange with the upstream when the client leaves", async () => {
    const upstream = endless();
    const { problems, options } = reported();
    const visit = (port: number) =>
      withClient(port, async (socket) => {
        await once(socket, "readable");
        await upstream.stuck();
        socket.destroy();
        await upstream.closed;
      });
    await through(gateway, upstream.listener, visit, options);
    expect(upstream.written()).toBeLessThan(16_000_000); // what fits into the buffers of two connections
    expect(problems.filter(({ status }) => status >= 500)).toEqual([]); // Koa reports the client's own reset
  });

  it.each([
    ["a reset", (socket: Socket) => socket.resetAndDestroy(), "http_response_incomplete"],
    ["an end that is none", (socket: Socket) => socket.end(), "http_response_incomplete"],
    ["a chunk that is none", (socket: Socket) => socket.end("s3cr3t\r\n"), chunking],
  ])("cuts the transfer after %s in the middle, and reports it once", async (_what, end, type) => {
    const { problems, options } = reported();
    const bytes = await through(gateway, breakingAfter("id;name\n", end), (port) => exchange(port, request("GET /")), options);
    expect(bytes).toContain("HTTP/1.1 200 OK");
    expect(bytes).toContain("id;name\n");
    expect(bytes).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(bytes).not.toContain("about:blank");
    expect(problems).toMatchObject([{ upstreamStatus: 200, proxyError: expect.stringMatching(type) as string }]);
  });

  it.each(["content", ""])("leaves the connection of a reply with the content %j for the next one", async (content) => {
    const sockets = new Set<unknown>();
    const upstream: RequestListener = ({ socket }, response) => {
      sockets.add(socket);
      response.writeHead(200, { "Content-Type": "text/csv" }).end(content);
    };
    await through(gateway, upstream, async (port) => {
      for (let calls = 0; calls < 3; calls++) await exchange(port, request("GET /"));
    });
    expect(sockets.size).toBe(1);
  });

  it("answers by the contract when content breaks before it has begun", async () => {
    const { problems, options } = reported();
    const upstream = breakingAfter("", (socket) => socket.resetAndDestroy());
    const bytes = await through(gateway, upstream, (port) => exchange(port, request("GET /")), options);
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
    expect(bytes).not.toContain("s3cr3t");
    expect(problems).toMatchObject([{ status: 502, upstreamStatus: 200, proxyError: "http_response_incomplete" }]);
  });

  // A fetch Response says nothing of how: @hono/node-server ends the connection without a reset.
  it.skipIf(fetchGateways.includes(gateway))("resets a client of HTTP/1.0, for whom every end is a good one", async () => {
    let upstream: Socket | undefined;
    const listener: RequestListener = (incoming, response) => ((upstream = incoming.socket), response.write("id;name\n"));
    const visit = async (port: number) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.0\r\nHost: gateway.example\r\n\r\n"));
      await once(socket, "data"); // Node 20 takes a reset that comes along with content for an end
      upstream!.resetAndDestroy();
      await once(socket.resume(), "end");
    };
    await expect(through(gateway, listener, visit, reported().options)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("discards the content that a client who asks for the head does not want", async () => {
    const upstream = endless();
    const client = relaying("Express 5", "undici 7's request()", async (ask, relay) => relay(await ask({ method: "GET" })));
    await through(client, upstream.listener, async (port) => {
      expect(parseAnswer(await exchange(port, request("HEAD /")))).toMatchObject({ status: 200, text: "" });
      await upstream.closed;
    });
  });
});

describe.each(["Express 5", "Koa 3"] as const)("relay() on %s", (host) => {
  it.each([
    ["before relay() is called", "Node's fetch"],
    ["before the content has begun", "Node's fetch"],
    ["before the content has begun", "undici 7's request()"],
  ] as const)("ends the exchange with the upstream when the client leaves %s (%s)", async (when, client) => {
    const [asked, left, closed, settled] = [deferred(), deferred(), deferred(), deferred()];
    const upstream: RequestListener = (_request, response) => response.once("close", closed.resolve).flushHeaders();
    const gateway = relaying(host, client, async (ask, relay) => {
      const reply = await ask();
      asked.resolve();
      if (when === "before relay() is called") await left.promise;
      await relay(reply).finally(settled.resolve);
    });
    const visit = (port: number, server: Server) => {
      server.on("request", (_request, response: ServerResponse) => response.once("close", left.resolve));
      return withClient(port, async (socket) => {
        await asked.promise;
        socket.destroy();
        await Promise.all([closed.promise, settled.promise]);
      });
    };
    const { problems, options } = reported();
    await withServer(upstream, (to) => withServer(gateway.create(to, options), visit));
    expect(problems).toEqual([]);
  });

  it.each([
    ["undici 7's request()", ""],
    ["undici 7's request()", "s3cr3t"],
    ["undici 6's request()", ""],
    ["undici 6's request()", "s3cr3t"],
    ["node:http", ""],
    ["node:http", "s3cr3t"],
  ] as const)("answers for a reply that broke before relay() was called (%s, content %j)", async (client, content) => {
    const upstream: RequestListener = ({ socket }, response) => {
      response.writeHead(200, { "Content-Length": "100" }).flushHeaders();
      if (content !== "") response.write(content);
      socket.end();
    };
    const gateway = relaying(host, client, async (ask, relay) => {
      const reply = await ask();
      const stream = ("body" in reply ? reply.body : reply) as Readable;
      if (client !== "node:http") stream.on("error", () => {}); // undici would end the process
      await new Promise((resolve) => stream.once("close", resolve));
      await relay(reply);
    });
    const { problems, options } = reported();
    const bytes = await through(gateway, upstream, (port) => exchange(port, request("GET /")), options);
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
    expect(bytes).not.toContain("s3cr3t");
    expect(problems).toMatchObject([{ status: 502, upstreamStatus: 200, proxyError: "http_response_incomplete" }]);
  });

  it("leaves a response alone that somebody else has begun meanwhile", async () => {
    const asked = deferred();
    const replies: ServerResponse[] = [];
    const upstream: RequestListener = (_request, response) => {
      response.flushHeaders();
      replies.push(response);
    };
    const gateway = relaying(host, "Node's fetch", async (ask, relay) => {
      const reply = await ask();
      const relayed = relay(reply);
      asked.resolve();
      await relayed;
    });
    const visit = async (port: number, server: Server) => {
      server.on("request", (_request, response: ServerResponse) => {
        void asked.promise.then(() => {
          response.write("no patience");
          replies[0]!.end("content");
          setTimeout(() => response.end("."), 100); // destroyed content emits nothing
        });
      });
      const { text } = parseAnswer(await exchange(port, request("GET /")));
      expect(text).toContain("no patience");
      expect(text).not.toContain("content");
    };
    const { problems, options } = reported();
    await withServer(upstream, (to) => withServer(gateway.create(to, options), visit));
    expect(problems).toEqual([]);
  });

  it("reads no more of an error reply than its limit", async () => {
    const upstream: RequestListener = (_request, response) => {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("No such order");
    };
    const visit = async (port: number) => parseAnswer(await exchange(port, request("GET /")));
    const ask = (errorBodyLimit: number) => through(relaying(host, "Node's fetch"), upstream, visit, { errorBodyLimit });
    expect(assertContract(await ask(100))).toMatchObject({ status: 404, detail: "No such order" });
    expect(assertContract(await ask(0))).toMatchObject({ status: 404, detail: "Nothing was found at this address." });
  });

  it.each([
    ["content that was read", {}, "undici 7's request()"],
    ["content that was read", {}, "Node's fetch"],
    ["a wrong option", { success: "s3cr3t" as never }, "Node's fetch"],
  ] as const)("does not do with %s", async (what, wrong, client) => {
    const { problems, options } = reported();
    const gateway = relaying(host, client, async (ask, relay) => {
      const reply = await ask();
      if (what === "content that was read") await new Response(("body" in reply ? reply.body : null) as never).text();
      await relay(reply, wrong);
    });
    const bytes = await through(
      gateway,
      (_request, response) => void response.end("content"),
      (port) => exchange(port, request("GET /")),
      options,
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500 });
    expect(problems[0]!.cause).toBeInstanceOf(TypeError);
  });
});

function deferred() {
  let resolve = () => {};
  return { promise: new Promise<void>((done) => (resolve = done)), resolve: () => resolve() };
}

/** An upstream whose success has no end, written as fast as it is taken. */
function endless() {
  const chunk = Buffer.alloc(65_536, "x");
  let octets = 0;
  const closed = deferred();
  const listener = async (_request: IncomingMessage, response: ServerResponse) => {
    response.once("close", closed.resolve).writeHead(200, { "Content-Type": "text/plain" });
    while (!response.destroyed) {
      octets += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), closed.promise]);
    }
  };
  /** Nothing was taken for a while. */
  const stuck = async () => {
    for (let before = -1; before !== octets;) {
      before = octets;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return { listener, closed: closed.promise, written: () => octets, stuck };
}
