// Writers that do unusual things, though nothing wrong: their successes get through, what fails is answered, and nothing is left behind.
import { once } from "node:events";
import type { OutgoingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { connect } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { createResponseInterceptor } from "@fg-errors/core/adapter";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import Koa, { type Context } from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { endless } from "../upstream/endless.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Gateway, type Listener, type Writer } from "./interceptor-gateways.js";

const text = { "Content-Type": "text/plain" };
const longAgo = "Mon, 01 Jan 2024 00:00:00 GMT";

/** The arguments of `writeHead`, and the code of what it throws. */
const invalidHeads: Readonly<Record<string, [code: string, ...head: [number, string, OutgoingHttpHeaders | string[]]]>> = {
  "a control character in its reason": ["ERR_INVALID_CHAR", 200, "O\nK", text],
  "a value that is undefined": ["ERR_HTTP_INVALID_HEADER_VALUE", 200, "OK", { ...text, ETag: undefined }],
  "a control character in a value": ["ERR_INVALID_CHAR", 200, "OK", { ...text, ETag: "\u0000" }],
  "a name without a value": ["ERR_INVALID_ARG_VALUE", 200, "OK", ["Content-Type", "text/plain", "ETag"]],
};

/** Values of fields that Node makes text of. */
const oddValues: readonly unknown[] = [7, true, null, 5n, new Date(0), {}, Buffer.from("odd"), [], ["odd", 7, false]];

/** Upstreams of error replies, each with what resolves when its response is over. */
const upstreams: Readonly<Record<string, () => { listener: RequestListener; closed: Promise<unknown> }>> = {
  endless: () => endless("identity"),
  "a megabyte long": () => {
    let close = () => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const content = Buffer.alloc(1_000_000, "s3cr3t ");
    return { listener: (_request, response) => response.once("close", close).writeHead(503, text).end(content), closed };
  },
};

/** Writers of error replies that say when these were made. */
const datedWriters: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "setHeader()": (response) => {
    response.statusCode = 404;
    response.setHeader("Date", longAgo).end("No such order");
  },
  "writeHead()": (response) => response.writeHead(404, { ...text, Date: longAgo }).end("No such order"),
  "setHeader(), of a success that breaks": (response) =>
    response.setHeader("Date", longAgo).writeHead(200, text).destroy(new Error("s3cr3t")),
};

describe.each(gateways)("$name", (gateway) => {
  it.each(Object.entries(invalidHeads))("throws at once for a head with %s", async (_what, [code, ...head]) => {
    const caught: unknown[] = [];
    const writer: Writer = (_request, response) => {
      try {
        response.writeHead(...head);
      } catch (invalid) {
        caught.push(invalid);
        throw invalid;
      }
      response.destroy(); // too late for it: what end() would throw elsewhere, nobody catches
    };
    const { bytes, reported } = await ask(gateway, writer);
    expect(caught).toMatchObject([{ code }]);
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500, request_id: "mine" });
    expect(bytes).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
    expect(reported.map(({ cause }) => cause)).toEqual(caught);
  });

  it.each(oddValues)("answers a success that breaks, whose head has a field of %o", async (value) => {
    const fields = { ...text, "X-Odd": value } as OutgoingHttpHeaders;
    const { bytes, reported } = await ask(gateway, (_request, response) =>
      response.writeHead(200, fields).destroy(new Error("s3cr3t")),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500 });
    expect(reported).toHaveLength(1);
  });

  it("captures no stack for an error reply: it would name nobody but us", async () => {
    const { reported } = await ask(gateway, (_request, response) => response.writeHead(503, text).end("Back at noon"));
    expect(reported.map(({ cause }) => cause)).toMatchObject([
      { name: "ErrorResponse", message: "An error response with status 503 was replaced" },
    ]);
    expect((reported[0]!.cause as Error).stack).toBeUndefined();
  });

  it.each(Object.entries(upstreams))(
    "does not make those wait who copy an error reply, chunk by chunk: %s",
    async (_what, create) => {
      const { reported, options } = recordProblems();
      const [closings, copies]: [Promise<unknown>[], Promise<unknown>[]] = [[], []];
      const upstream: RequestListener = (...exchanged) => {
        const { listener, closed } = create();
        closings.push(closed);
        listener(...exchanged);
      };
      await withServer(upstream, async (upstreamPort) => {
        const copy = async (response: ServerResponse) => {
          const reply = await fetch(`http://127.0.0.1:${upstreamPort}/`);
          response.writeHead(reply.status, text);
          for await (const chunk of reply.body!) if (!response.write(chunk)) await once(response, "drain");
          response.end();
        };
        const writer: Writer = (_request, response) => copies[copies.push(copy(response)) - 1];
        await withServer(gateway.create(writer, options), async (port) => {
          const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(port, request("GET /"))));
          for (const answer of answers) assertContract(parseAnswer(answer));
          await Promise.allSettled([...copies, ...closings]);
        });
      });
      expect([copies, closings, reported].map((list) => list.length)).toEqual([20, 20, 20]);
    },
  );

  it.each([200, 404])("asks for the implied head before the end, as express-session does: %i", async (status) => {
    const writer: Writer = (_request, response) => {
      implyHeadAtEnd(response);
      response.writeHead(status, { ...text, "X-Own": "1" }).end("hello");
    };
    const { bytes, reported } = await ask(gateway, writer);
    const answer = parseAnswer(bytes);
    if (status === 404) expect(assertContract(answer)).toMatchObject({ status, detail: "hello" });
    else expect([answer.status, answer.headers.get("x-own"), bytes]).toEqual([200, "1", expect.stringContaining("hello")]);
    expect(reported).toHaveLength(status === 404 ? 1 : 0);
  });

  it("leaves a source alone that many clients listen to", async () => {
    const { reported, options } = recordProblems();
    const hub = new PassThrough();
    const listeners = () => ["error", "end", "close"].map((event) => hub.listenerCount(event));
    const before = listeners();
    const closings: Promise<unknown>[] = [];
    const writer: Writer = ({ url }, response) => {
      closings.push(once(response, "close"));
      hub.pipe(response.writeHead(200, text));
      if (url === "/last") hub.end("last");
      else hub.write("tick");
    };
    await withServer(gateway.create(writer, options), async (port) => {
      for (const clients of [2, 1, 1]) {
        const sockets = await Promise.all(Array.from({ length: clients }, () => listen(port)));
        for (const socket of sockets) socket.destroy();
        await Promise.all(closings);
        expect(hub.destroyed).toBe(false);
        expect(listeners()).toEqual(before);
      }
      expect(await exchange(port, request("GET /last"))).toMatch(/^HTTP\/1\.1 200 [^]*last\r\n0\r\n\r\n$/);
    });
    expect(reported).toEqual([]);
  });

  it("does not mind what becomes of a source that was unpiped", async () => {
    const { bytes, reported } = await ask(gateway, async (_request, response) => {
      const source = new Readable({ read() {} });
      source.pipe(response);
      source.push("A");
      await once(source, "data");
      source.unpipe(response);
      await once(source.destroy(), "close");
      response.end("tail");
    });
    expect(bytes).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n1\r\nA\r\n4\r\ntail\r\n0\r\n\r\n$/);
    expect(reported).toEqual([]);
  });

  it.each(Object.entries(datedWriters))("dates its answer in place of a dated reply: %s", async (_way, write) => {
    const { bytes } = await ask(gateway, (_request, response) => void write(response));
    expectRecent(bytes);
  });
});

/** Writes, by ways of writing that were there before the response was intercepted. */
const keptWays: Readonly<
  Record<string, (response: ServerResponse, kept: Pick<ServerResponse, "write" | "end" | "flushHeaders">) => void>
> = {
  end: (response, kept) => kept.end.call(response, "hello", "utf8"),
  write: (response, kept) => (kept.write.call(response, "hel", "utf8"), response.end("lo")),
  flushHeaders: (response, kept) => (kept.flushHeaders.call(response), response.end("hello")),
};

it.each(Object.entries(keptWays))("sends a head that waits when it is written past: by %s", async (_way, write) => {
  const intercept = createResponseInterceptor(recordProblems().options, { facts: () => ({}) });
  const bytes = await withServer(
    (incoming, response) => {
      const { end, write: writeKept, flushHeaders } = response;
      intercept(incoming, response, undefined);
      response.writeHead(200, { ...text, "X-Own": "1" });
      write(response, { end, write: writeKept, flushHeaders });
    },
    (port) => exchange(port, request("GET /")),
  );
  expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nX-Own: 1\r\n/);
  expect(bytes).toMatch(/hel(?:\r\n2\r\n)?lo/);
});

it.each(["end", "destroy"] as const)(
  "sends the head of events that is flushed when it is intercepted twice, then %s()",
  async (last) => {
    const { options, reported } = recordProblems();
    const intercept = createResponseInterceptor(options, { facts: () => ({}) });
    const bytes = await withServer(
      (incoming, response) => {
        intercept(incoming, response, undefined);
        intercept(incoming, response, undefined);
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.flushHeaders();
        if (last === "end") response.end("data: 1\n\n");
        else setImmediate(() => response.destroy(new Error("s3cr3t")));
      },
      (port) => exchange(port, request("GET /")),
    );
    expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: text\/event-stream\r\n/);
    if (last === "end") expect(bytes).toContain("data: 1\n\n");
    else expect(bytes).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(reported).toEqual([]);
  },
);

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  it.each<[string, number, (ctx: Context) => void]>([
    [
      "throws after it gave ctx.res a head",
      500,
      (ctx) => {
        ctx.res.writeHead(200, { ...text, ETag: '"s3cr3t"' });
        throw new Error("s3cr3t");
      },
    ],
    ["sets a dated error", 404, (ctx) => (ctx.set("Date", longAgo), (ctx.body = "No such order"), void (ctx.status = 404))],
  ])("answers for middleware that %s", async (_what, status, act) => {
    const { reported, options } = recordProblems();
    const app = new Framework().use(fgErrors(options)).use(fgResponses(options)).use(act);
    app.on("error", () => {});
    const bytes = await withServer(app.callback() as Listener, (port) => exchange(port, request("GET /")));
    expect(expectRecent(bytes)).toMatchObject({ status });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toHaveLength(1);
  });
});

async function ask(gateway: Gateway, writer: Writer) {
  const { reported, options } = recordProblems();
  return { reported, bytes: await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /"))) };
}

/** A client that has received something of the content. */
async function listen(port: number) {
  const socket = connect(port, "127.0.0.1", () => socket.write(request("GET /"))).setEncoding("latin1");
  for (let bytes = ""; !bytes.includes("tick");) bytes += String(await once(socket, "data"));
  return socket;
}

function implyHeadAtEnd(response: ServerResponse): void {
  const inner = response as ServerResponse & { readonly _header: string | null; readonly _implicitHeader: () => void };
  const end = response.end as (...args: unknown[]) => ServerResponse;
  response.end = (...args: unknown[]) => {
    if (!inner._header) inner._implicitHeader();
    return end.apply(response, args);
  };
}

function expectRecent(bytes: string): Record<string, unknown> {
  const answer = parseAnswer(bytes);
  expect(Math.abs(Date.now() - Date.parse(answer.headers.get("date")!))).toBeLessThan(60_000);
  return assertContract(answer);
}
