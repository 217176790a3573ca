// What a writer sees while its error reply is read instead of being sent, and what becomes of it afterwards.
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually, scaled } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Writer } from "./interceptor-gateways.js";

const chunk = Buffer.alloc(16_384, "s3cr3t ");

/** Content without an end, and how much of it was taken. */
function endless() {
  let octets = 0;
  const source = new Readable({
    read() {
      octets += chunk.length;
      this.push(chunk);
    },
  });
  return { source, octets: () => octets };
}

/** Writers of endless error replies, the way services do it. Each resolves or rejects once it has stopped. */
const endlessWriters: Readonly<Record<string, (source: Readable, response: ServerResponse) => Promise<unknown>>> = {
  "pipe()": (source, response) => (source.pipe(response), once(source, "close")),
  "stream.pipeline()": (source, response) => pipeline(source, response),
  "stream.pipeline() of a generator": (source, response) =>
    pipeline(async function* () {
      yield* source;
    }, response),
  "write() and once(drain)": async (source, response) => {
    for await (const part of source) if (!response.write(part)) await once(response, "drain");
  },
  "write() and its callback": async (source, response) => {
    for await (const part of source)
      await new Promise<void>((resolve, reject) => response.write(part, (error) => (error ? reject(error) : resolve())));
  },
  "data events, heeding drain": (source, response) => {
    source.on("data", (part) => response.write(part) || source.pause());
    response.on("drain", () => source.resume()).on("close", () => source.destroy());
    return once(source, "close");
  },
};

describe.each(gateways)("$name", (gateway) => {
  it.each(Object.keys(endlessWriters))("cuts off an endless error reply: %s", async (name) => {
    const { reported, options } = recordProblems();
    const { source, octets } = endless();
    let stopped: Promise<unknown> = Promise.resolve();
    const writer: Writer = (_request, response) => {
      response.writeHead(503, { "Retry-After": "7", "Content-Type": "text/plain" });
      return (stopped = endlessWriters[name]!(source, response));
    };
    await withServer(gateway.create(writer, options), async (port) => {
      const answer = parseAnswer(await exchange(port, request("GET /")));
      expect(assertContract(answer)).toMatchObject({ status: 503 });
      expect(answer.headers.get("retry-after")).toBe("7");
      expect(answer.text).not.toContain("s3cr3t");
      await stopped.catch(() => {});
    });
    expect(source.destroyed).toBe(true);
    expect(octets()).toBeLessThan(500_000);
    expect(reported.map(({ upstreamStatus }) => upstreamStatus)).toEqual([503]); // and not that it was cut off
  });

  it("looks to its writer as if it was sent", async () => {
    const seen: unknown[] = [];
    const finished = vi.fn();
    const writer: Writer = async (_request, response) => {
      const see = () => seen.push([response.headersSent, response.writableEnded, response.finished]);
      see();
      response.writeHead(404, { "Content-Type": "text/plain" });
      see();
      await new Promise<void>((resolve) => response.write("No such ", () => resolve()));
      response.end("order", "utf8", finished);
      see();
      response.write("late");
      response.end("late");
      await once(response, "finish");
    };
    const bytes = await withServer(gateway.create(writer, recordProblems().options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 404, detail: "No such order" });
    expect(seen).toEqual([
      [false, false, false],
      [true, false, false],
      [true, true, true],
    ]);
    expect(finished).toHaveBeenCalledOnce();
  });

  it("takes a large reply with back-pressure, up to its end", async () => {
    const content = Buffer.from(JSON.stringify({ padding: "x".repeat(60_000), message: "No such order" }));
    let waits = 0;
    const writer: Writer = async (_request, response) => {
      response.writeHead(404, { "Content-Type": "application/json" });
      for (let at = 0; at < content.length; at += 10_000)
        if (!response.write(content.subarray(at, at + 10_000)) && ++waits) await once(response, "drain");
      response.end();
    };
    const bytes = await withServer(gateway.create(writer, recordProblems().options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ detail: "No such order" });
    expect(waits).toBeGreaterThan(0);
  });

  it("reads what is compressed", async () => {
    const head = { "Content-Type": "text/plain", "Content-Encoding": "gzip" };
    const writer: Writer = (_request, response) => response.writeHead(404, head).end(gzipSync("No such order"));
    const bytes = await withServer(gateway.create(writer, recordProblems().options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ detail: "No such order" });
  });

  it("lets the writer's own failure have precedence while it is read", async () => {
    const { reported, options } = recordProblems();
    const failure = new Error("s3cr3t");
    let ended = () => {};
    const isEnded = new Promise<void>((resolve) => (ended = resolve));
    const writer: Writer = async (_request, response) => {
      response.writeHead(404, { Server: "s3cr3t", "Set-Cookie": "a=1" }).write("<p>");
      await new Promise((resolve) => setImmediate(resolve));
      setTimeout(() => (response.end("late"), ended()), 10);
      throw failure;
    };
    const bytes = await withServer(gateway.create(writer, options), async (port) => {
      const answer = await exchange(port, request("GET /"));
      await isEnded;
      await new Promise(setImmediate);
      return answer;
    });
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500, request_id: "mine" });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported.map(({ cause }) => cause)).toEqual([failure]);
  });

  it.each(["pipe()", "destroy()"])("says what came before an error reply broke off: %s", async (way) => {
    const { reported, options } = recordProblems();
    const writer: Writer = (_request, response) => {
      response.writeHead(404, { "Content-Type": "text/plain" });
      const source = new Readable({ read() {} });
      if (way === "pipe()") source.pipe(response);
      else source.on("data", (part) => response.write(part)).on("error", () => response.destroy());
      source.push("No such order");
      setImmediate(() => source.destroy(new Error("s3cr3t")));
    };
    const started = Date.now();
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 404, detail: "No such order" });
    expect(reported).toHaveLength(1);
    expect(Date.now() - started).toBeLessThan(scaled(800)); // our patience is a second
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ["pipes what breaks", (response) => broken().pipe(response)],
    ["pipes what breaks, with pipeline()", (response) => pipeline(broken(), response)],
    ["gives a head and destroys the response", (response) => response.writeHead(200, success).destroy(failed)],
    ["gives a head and pipes what breaks", (response) => broken().pipe(response.writeHead(200, success))],
    ["gives a head and pipes what breaks, with pipeline()", (response) => pipeline(broken(), response.writeHead(200, success))],
    [
      "gives a head and runs a generator that fails, with pipeline()",
      (response) => pipeline(failing, response.writeHead(200, success)),
    ],
  ])("answers for a writer that %s before it wrote any content", async (_what, write) => {
    const { reported, options } = recordProblems();
    const writer: Writer = async (_request, response) => {
      response.setHeader("Set-Cookie", "s3cr3t");
      await write(response);
    };
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502, request_id: "mine" });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toMatchObject([{ proxyError: "http_response_incomplete", cause: { cause: failed } }]);
  });

  it("lets a failure between head and content be answered", async () => {
    const { reported, options } = recordProblems();
    const failure = new Error("s3cr3t");
    const writer: Writer = async (_request, response) => {
      response.writeHead(200, success);
      expect(response.headersSent).toBe(true);
      throw failure;
    };
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500 });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported.map(({ cause }) => cause)).toEqual([failure]);
  });

  it("lets the writer know of a head that is not valid", async () => {
    const { reported, options } = recordProblems();
    const writer: Writer = (_request, response) => response.writeHead(200, { "a b": "1" }).end("content");
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500 });
    expect(reported.map(({ cause }) => (cause as Error).name)).toEqual(["TypeError"]);
  });

  it("does not blame the request for what the writer does", async () => {
    const writer: Writer = (_request, response) => {
      const source = new Readable({ read() {} });
      source.pipe(response);
      source.destroy(new URIError("s3cr3t"));
    };
    const bytes = await withServer(gateway.create(writer, recordProblems().options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500 });
  });

  it("lets a writer that wants to close the connection without a word", async () => {
    const { reported, options } = recordProblems();
    const bytes = await withServer(
      gateway.create((_request, response) => void response.destroy(), options),
      (port) => exchange(port, request("GET /")).catch(String),
    );
    expect(bytes).not.toContain("HTTP");
    expect(reported).toEqual([]);
  });

  it("discards everything when the client leaves while a reply is read", async () => {
    const { reported, options } = recordProblems();
    const source = new Readable({ read() {} });
    let late = (): Promise<unknown> => Promise.resolve();
    const writer: Writer = (_request, response) => {
      response.writeHead(404);
      source.pipe(response);
      source.push("<p>");
      late = () => new Promise((resolve) => response.write("late", resolve));
    };
    await withServer(gateway.create(writer, options), async (port) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(request("GET /")));
      await eventually(() => expect(source.readableFlowing).toBe(true));
      socket.destroy();
      await once(source, "close");
      expect(await late()).toMatchObject({ code: "ERR_STREAM_DESTROYED" });
    });
    expect(reported).toEqual([]);
  });

  it("does not destroy the request that is piped into its own response", async () => {
    const writer: Writer = (incoming, response) => void incoming.pipe(response.writeHead(400, { "Content-Type": "text/plain" }));
    const bytes = await withServer(gateway.create(writer, recordProblems().options), (port) =>
      exchange(port, request("POST /", { Connection: "keep-alive" }, "x".repeat(3_000_000)) + request("POST /", {}, "again")),
    );
    expect(bytes).toMatch(/^HTTP\/1\.1 400 [^]*HTTP\/1\.1 400 [^]*"again"/);
  });
});

const success = { "Content-Type": "text/html", "Content-Encoding": "gzip", Server: "s3cr3t", "Set-Cookie": "s3cr3t" };

const failed = Object.assign(new Error("s3cr3t"), { code: "ECONNRESET" });

// oxlint-disable-next-line require-yield -- it fails before
async function* failing(): AsyncGenerator<string> {
  throw failed;
}

function broken(): Readable {
  return new Readable({ read: (): void => {}, construct: (done) => done(failed) });
}
