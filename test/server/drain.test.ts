// drain(): what becomes of those whom a server is serving when it shuts down.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { drain, guardServer } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { parseAnswer, request, withServer } from "../wire.js";
import { deferred, requestsArrived, patient, readAll, withPending } from "./drained.js";
import { answers, kinds, visit } from "./guarded.js";

const get = request("GET /act", { Connection: "keep-alive" });

describe.each(kinds)("$name", ({ isSecure, create }) => {
  it("finishes what is in flight, closes what is idle, refuses what comes", async () => {
    const [asked, finish] = [deferred(), deferred()];
    const act = vi.fn(async (_request: object, response: ServerResponse) => {
      if (act.mock.calls.length === 2) await Promise.all([asked.resolve(), finish.promise]);
      response.writeHead(200).end(`${act.mock.calls.length}`);
    });
    const server = create(act);
    await visit(server, isSecure, async (open) => {
      const all = requestsArrived(server, 3, isSecure ? "secureConnection" : "connection");
      const [idle, busy, late] = [open(), open(), open()];
      const received = [idle, busy, late].map(readAll);
      idle.write(get);
      await once(idle, "data");
      late.write(get.slice(0, 20));
      busy.write(get);
      await Promise.all([asked.promise, all]);
      const drained = drain(server, patient);
      expect(drain(server, patient)).toBe(drained);
      expect(await received[0]).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*Connection: keep-alive\r\n/);
      late.write(get.slice(20));
      const refused = parseAnswer((await received[2])!);
      expect(assertContract(refused)).toMatchObject({ status: 503, instance: "/act" });
      expect([refused.headers.get("connection"), refused.headers.get("retry-after")]).toEqual(["close", "1"]);
      await expect(once(open(), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
      finish.resolve();
      expect(await received[1]).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*Connection: close\r\n(.*\r\n)*\r\n(.*\r\n)?2/);
      await drained;
      expect([server.listening, act.mock.calls.length]).toEqual([false, 2]);
    });
  });
});

it("answers all that a client has asked for in a row before, and no more", async () => {
  const refused = deferred();
  await withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1");
      const received = readAll(client);
      client.write(get.repeat(2));
      const [first, second] = [await next(), await next()];
      const drained = drain(server, patient);
      client.write(get);
      await refused.promise;
      first.end("first");
      second.end("second");
      const [one, two, ...rest] = answers(await received);
      expect([one, two].map((each) => [each!.text, each!.headers.get("connection")])).toEqual([
        ["first", "keep-alive"],
        ["second", "close"],
      ]);
      expect(rest).toEqual([]);
      await drained;
    },
    { onError: refused.resolve },
  );
});

it("lets a response that has begun end, and answers a request behind it", async () => {
  const refused = deferred();
  await withPending(
    async ({ server, port, next }) => {
      const [alone, followed] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
      const received = [alone, followed].map(readAll);
      alone.write(get);
      const first = await next();
      followed.write(get);
      const second = await next();
      for (const response of [first, second]) response.writeHead(200, { "Content-Length": "8" }).write("half");
      const drained = drain(server, patient);
      followed.write(get);
      await refused.promise;
      first.end("half");
      second.end("half");
      expect(answers((await received[0])!)).toMatchObject([{ status: 200, text: "halfhalf" }]);
      const [begun, behind] = answers((await received[1])!);
      expect(begun).toMatchObject({ status: 200, text: "halfhalf" });
      expect(assertContract(behind!)).toMatchObject({ status: 503 });
      expect(behind!.headers.get("connection")).toBe("close");
      await drained;
    },
    { onError: refused.resolve },
  );
});

it("does not cut what has been written but not read", () =>
  withPending(async ({ server, port, next }) => {
    const client = connect(port, "127.0.0.1").pause();
    client.write(get);
    const response = await next();
    response.end("x".repeat(20_000_000));
    const drained = drain(server, patient);
    const received = readAll(client.resume());
    expect((await received).length).toBeGreaterThan(20_000_000);
    await drained;
  }));

it.each([
  ["that is refused", 503, 20],
  ["in flight", 200, 1000],
])("answers a request %s to a client that is still sending it", (_name, status, early) =>
  withPending(async ({ server, port, next }) => {
    const client = connect(port, "127.0.0.1").pause();
    const upload = request("POST /act", { "Content-Length": "4000000" }) + "x".repeat(4_000_000);
    const connected = once(server, "connection") as Promise<[Socket]>;
    client.write(upload.slice(0, early));
    await requestsArrived(server, 1);
    const [socket] = await connected;
    const response = status === 200 ? await next() : undefined;
    const drained = drain(server, patient);
    const ended = once(socket, "finish");
    client.write(upload.slice(early));
    response?.end("done");
    await ended;
    expect(parseAnswer(await readAll(client.resume()))).toMatchObject({ status });
    expect(client.errored).toBeNull(); // a reset may cost a client the answer
    await drained;
  }),
);

it("refuses an upgrade", () =>
  withPending(async ({ server, port }) => {
    const upgrades = vi.fn();
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    client.write("GET /ws HT");
    await requestsArrived(server.on("upgrade", upgrades), 1);
    const drained = drain(server, patient);
    client.write("TP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    expect(assertContract(parseAnswer(await received))).toMatchObject({ status: 503, instance: "/ws" });
    expect(upgrades).not.toHaveBeenCalled();
    await drained;
  }));

it.concurrent("closes connections that have said nothing within a second", () =>
  withPending(async ({ server, port }) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    await once(server, "connection");
    await drain(server, patient);
    expect(await received).toBe("");
  }));

it("is not written to stderr, and reported to onError for each request", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const onError = vi.fn();
  for (const options of [{}, { onError }])
    await withPending(async ({ server, port }) => {
      const client = connect(port, "127.0.0.1");
      const received = readAll(client);
      client.write(get.slice(0, 20));
      await requestsArrived(server, 1);
      const drained = drain(server, patient);
      client.write(get.slice(20));
      await Promise.all([drained, received]);
    }, options);
  const written = stderr.mock.calls.length;
  stderr.mockRestore();
  expect([written, onError.mock.calls.length]).toEqual([0, 1]);
  expect(onError.mock.lastCall).toMatchObject([
    { status: 503, cause: { message: expect.any(String) } },
    { responseStarted: false },
  ]);
});

it("lets a server listen again", async () => {
  const server = guardServer(createServer((_request, response) => void response.end("again")));
  await drain(server, patient); // which listens not yet
  for (const _round of [1, 2])
    await withServer(server, async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      expect([answer.status, await answer.text()]).toEqual([200, "again"]);
      await drain(server, patient);
    });
});

it.each([
  ["a server that is not guarded", createServer(), {}, /^drain: takes a server that guardServer\(\) was given$/],
  ["nothing", undefined, {}, /^drain: takes a server/],
  ["a negative timeout", guardServer(createServer()), { timeout: -1 }, /^drain: option "timeout" takes milliseconds/],
  [
    "a timeout that is not an integer",
    guardServer(createServer()),
    { timeout: "10" },
    /^drain: option "timeout" takes milliseconds/,
  ],
  [
    "one that no timer can wait for",
    guardServer(createServer()),
    { timeout: 2 ** 31 },
    /^drain: option "timeout" takes milliseconds/,
  ],
  ["options that are none", guardServer(createServer()), 5000, /^drain: options must be an object$/],
  ["an unknown option", guardServer(createServer()), { timeOut: 1 }, /^drain: there is no option "timeOut"/],
])("takes not %s", (_name, server, options, message) => {
  expect(() => drain(server as never, options as never)).toThrow(message);
});

it("leaves no timers behind", async () => {
  const [once, often] = [vi.spyOn(globalThis, "setTimeout"), vi.spyOn(globalThis, "setInterval")];
  const stopped = vi.spyOn(globalThis, "clearTimeout");
  await withPending(({ server }) => drain(server, patient));
  const limit = once.mock.results.filter((_result, at) => once.mock.calls[at]![1] === patient.timeout);
  const looks = often.mock.results.filter((_result, at) => often.mock.calls[at]![1] === 1000);
  expect([limit, looks]).toMatchObject([[{ type: "return" }], [{ type: "return" }]]);
  for (const { value } of [...limit, ...looks]) expect(stopped).toHaveBeenCalledWith(value);
  for (const spy of [once, often, stopped]) spy.mockRestore();
});
