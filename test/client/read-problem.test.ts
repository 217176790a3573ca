// readProblem() with responses of a gateway, and with bodies that are none, lie, stall or never end.
import type { ServerResponse } from "node:http";
import { readProblem } from "@fg-errors/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { patience, scaled } from "../patience.js";
import { withServer } from "../wire.js";
import { bare, createProblemGateway, stockProblem } from "./problem-gateway.js";

const json = (body: unknown, status = 409, headers = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

describe("a gateway's problem", () => {
  const fetchFrom = (path: string) =>
    withServer(createProblemGateway(), async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "X-Request-Id": "a1b2c3" } });
      return { response, problem: await readProblem(response) };
    });

  it("is read with its members", async () => {
    expect((await fetchFrom("/stock")).problem).toStrictEqual(stockProblem);
  });

  it("is read with its Retry-After", async () => {
    expect((await fetchFrom("/checkout")).problem).toMatchObject({
      status: 503,
      code: "SHOP.CHECKOUT_CLOSED",
      retryAfter: 60_000,
    });
  });

  it("is read with its invalid fields", async () => {
    const errors = [{ pointer: "#/items/0/price", detail: "Not a number." }];
    expect((await fetchFrom("/order")).problem).toMatchObject({ code: "SHOP.0400", errors, extensions: {} });
  });

  it("is read in FunctionGraph's own format", async () => {
    expect((await fetchFrom("/functiongraph")).problem).toStrictEqual({
      ...bare(403),
      detail: "Not yours.",
      code: "FSS.0403",
      requestId: "a1b2c3",
    });
  });

  it("is undefined for a success, whose body is not touched", async () => {
    const { response, problem } = await fetchFrom("/success");
    expect(problem).toBeUndefined();
    expect(response.bodyUsed).toBe(false);
  });
});

describe("what the body says", () => {
  it.each<[string, unknown, object]>([
    ["another status", { status: 200, title: "OK" }, { title: "OK" }],
    [
      "members of other types",
      { type: 1, title: ["x"], detail: {}, error_code: 7, request_id: true, instance: null, errors: {} },
      {},
    ],
    ["an empty code", { error_code: "" }, {}],
    ["null", null, {}],
    ["an array", [{ error_code: "SHOP.1001" }], {}],
    ["an array of texts", ['{"error_code":"SHOP.1001"}'], {}],
    ["a number", 5, {}],
    ["a text", '"SHOP.1001"', {}],
    ["a number that is none", '{"left":1e999,"status":1e999}', { extensions: { left: Infinity } }],
    ["a prototype", '{"__proto__":{"error_code":"SHOP.1001","left":1}}', {}],
    ["HTML", "<!doctype html><title>409</title>", {}],
    ["half of a body", '{"error_code":"SHOP.1001"', {}],
    ["two bodies", '{"error_code":"SHOP.1001"}{}', {}],
    ["deep nesting", "[".repeat(65_000), {}],
    ["nothing", "", {}],
    ["a byte order mark", '\uFEFF{"error_code":"SHOP.1001"}', { code: "SHOP.1001" }],
    [
      "wrong invalid fields",
      { errors: [null, 1, "x", {}, { detail: 1 }, { detail: "a", pointer: 1, other: 1 }, { detail: "b", header: "h" }] },
      { errors: [{ detail: "a" }, { header: "h", detail: "b" }] },
    ],
    ["error_msg alone", { error_msg: "Not yours." }, { detail: "Not yours." }],
  ])("counts as far as it is valid: %s", async (_name, body, expected) => {
    const problem = await readProblem(json(body));
    expect(problem).toStrictEqual({ ...bare(409), ...expected });
    expect(problem!.extensions["left"]).not.toBe(1);
    expect(Object.hasOwn(problem!.extensions, "__proto__")).toBe(false);
  });

  const umlaut = '{"error_code":"SHOP.1001","detail":"Ä"}';

  it.each([
    ["ISO 8859-1", Buffer.from(umlaut, "latin1")],
    ["UTF-16", Buffer.from(umlaut, "utf16le")],
    ["UTF-8 that ends within a character", Buffer.from(umlaut).subarray(0, umlaut.indexOf("Ä") + 1)],
  ])("counts for nothing in another charset: %s", async (_name, body) => {
    const headers = { "X-Request-Id": "a1b2c3", "Retry-After": "7" };
    const expected = { ...bare(500), requestId: "a1b2c3", retryAfter: 7000 };
    expect(await readProblem(new Response(body, { status: 500, headers }))).toStrictEqual(expected);
  });

  it("is whole where a character is in two chunks", async () => {
    const octets = new TextEncoder().encode(umlaut);
    const stream = new ReadableStream({
      start(controller) {
        for (const octet of octets) controller.enqueue(Uint8Array.of(octet));
        controller.close();
      },
    });
    expect(await readProblem(new Response(stream, { status: 500 }))).toMatchObject({ code: "SHOP.1001", detail: "Ä" });
  });
});

describe("a body that cannot be read", () => {
  it("is that of a response to HEAD", async () => {
    expect(await readProblem(new Response(null, { status: 500 }))).toStrictEqual(bare(500));
  });

  it("was read before", async () => {
    const response = json({ error_code: "SHOP.1001" });
    await response.text();
    expect(await readProblem(response)).toStrictEqual(bare(409));
  });

  it("is being read", async () => {
    const response = json({ error_code: "SHOP.1001" });
    response.body!.getReader();
    expect(await readProblem(response)).toStrictEqual(bare(409));
  });

  it("breaks off", async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(500, { "Content-Length": "100" }).write('{"error_code":"SHOP.1001"}');
        setImmediate(() => response.destroy());
      },
      async (port) => {
        const response = await fetch(`http://127.0.0.1:${port}`);
        expect(await readProblem(response)).toStrictEqual(bare(500));
      },
    );
  });

  it.each([undefined, null, {}, { status: "500" }, { status: Number.NaN }])("is not even of a response: %o", async (response) => {
    expect(await readProblem(response as never)).toBeUndefined();
  });

  it("has no stream, as in React Native", async () => {
    expect(await readProblem({ status: 500, headers: new Headers({ "X-Request-Id": "a1b2c3" }) } as Response)).toStrictEqual({
      ...bare(500),
      requestId: "a1b2c3",
    });
  });
});

describe("a body without an end", () => {
  const whole = '{"error_code":"SHOP.1001"}';

  /** Serves a body that `write` begins, and gives what is read of it once the server has seen the connection close. */
  const readFrom = (write: (response: ServerResponse) => void, options?: Parameters<typeof readProblem>[1]) =>
    withServer(
      (_request, response) => write(response.writeHead(502, { "X-Request-Id": "a1b2c3" })),
      async (port, server) => {
        const closed = new Promise((resolve) => {
          server.once("connection", (socket) => void socket.once("close", resolve));
        });
        const problem = await readProblem(await fetch(`http://127.0.0.1:${port}`), options);
        await closed;
        return problem;
      },
    );

  it.each(["", whole])("is cancelled when it stalls: %s", async (part) => {
    const write = (response: ServerResponse) => {
      response.flushHeaders();
      response.write(part);
    };
    expect(await readFrom(write, { timeout: scaled(100) })).toStrictEqual({ ...bare(502), requestId: "a1b2c3" });
  });

  it("is cancelled at 64 KiB", async () => {
    const write = (response: ServerResponse) => {
      const more = () => {
        while (response.write(" ".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    };
    expect(await readFrom(write, { timeout: patience })).toStrictEqual({ ...bare(502), requestId: "a1b2c3" });
  });

  it.each([0, 1, 1000, 100_000])("is read no further than 64 KiB, in chunks of %i octets", async (size) => {
    let [count, cancelled] = [0, false];
    const stream = new ReadableStream({
      pull(controller) {
        count += 1;
        controller.enqueue(new Uint8Array(size).fill(32));
      },
      cancel() {
        cancelled = true;
        throw new Error("s3cr3t");
      },
    });
    expect(await readProblem(new Response(stream, { status: 500 }))).toStrictEqual(bare(500));
    expect(cancelled).toBe(true);
    expect(count).toBeLessThanOrEqual(65_536 / Math.max(1, size) + 3);
  });

  it.each([
    [whole.length, "SHOP.1001"],
    [whole.length - 1, undefined],
    [0, undefined],
    [Number.NaN, undefined],
  ])("may have another limit: %d", async (limit, code) => {
    expect(await readProblem(json(whole), { limit })).toMatchObject({ code });
  });

  it("has 65536 octets at most by default", async () => {
    for (const [size, code] of [
      [65_536, "SHOP.1001"],
      [65_537, undefined],
    ] as const)
      expect(await readProblem(json(whole.padEnd(size)))).toMatchObject({ code });
  });

  it("is cancelled after 5000 milliseconds by default", async () => {
    vi.useFakeTimers();
    const problem = readProblem(new Response(new ReadableStream(), { status: 500 }));
    await vi.advanceTimersByTimeAsync(4999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(await problem).toStrictEqual(bare(500));
    vi.useRealTimers();
  });

  it("leaves no timer behind when it ends", async () => {
    vi.useFakeTimers();
    await readProblem(json(whole));
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("may have no time limit", async () => {
    for (const timeout of [Infinity, 2 ** 31]) {
      const slow = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => void setTimeout(resolve, 20)); // a timer of 2^31 ms would fire before
          controller.enqueue(Buffer.from(whole));
          controller.close();
        },
      });
      expect(await readProblem(new Response(slow, { status: 500 }), { timeout })).toMatchObject({ code: "SHOP.1001" });
    }
  });
});

describe("Retry-After", () => {
  afterEach(() => void vi.useRealTimers());

  it.each<[string, number | undefined]>([
    ["0", 0],
    ["120", 120_000],
    ["Sun, 06 Nov 1994 08:49:37 GMT", 60_000],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 60_000],
    ["Sun Nov  6 08:49:37 1994", 60_000],
    ["Sun, 06 Nov 1994 08:47:37 GMT", 0],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 2_147_483_647],
    ["99999999999999999999", 2_147_483_647],
    ["-5", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["5, 10", undefined],
    ["soon", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["March 7", undefined],
    ["Sun, 99 Nov 1994 08:49:37 GMT", undefined],
    ["", undefined],
  ])("%j is %s milliseconds", async (value, expected) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(1994, 10, 6, 8, 48, 37) });
    expect(await readProblem(new Response(null, { status: 503, headers: { "Retry-After": value } }))).toMatchObject({
      retryAfter: expected,
    });
  });
});
