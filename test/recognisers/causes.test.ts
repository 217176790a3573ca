import { once } from "node:events";
import net from "node:net";
import { Worker } from "node:worker_threads";
import { normalizeError, problem } from "@fg-errors/core";
import createError from "http-errors";
import pTimeout from "p-timeout";
import { describe, expect, it } from "vitest";
import VError from "verror";
import { scaled } from "../patience.js";
import { failure, outcome, refusal } from "./outcome.js";
import { closedPort } from "../wire.js";

const unknown = [500, undefined, undefined];
const refused = [502, "connection_refused", undefined];
const late = [504, "http_response_timeout", undefined];
const tooLate = () => failure(() => pTimeout(new Promise(() => {}), { milliseconds: 10 }));
const wrapped = (cause: unknown) => new Error("s3cr3t", { cause });

describe("happy eyeballs", () => {
  /** Connects as Node does by default since version 20, to a name with these addresses. */
  const connect = (port: number, ...addresses: string[]) => {
    const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
    const lookup: net.LookupFunction = (_host, _options, answer) => answer(null, all);
    const options = { host: "s3cr3t.example", port, lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: scaled(50) };
    return failure(() => once(net.connect(options), "connect"));
  };

  it("refused at every address", async () => {
    const error = await connect(await closedPort(), "127.0.0.1", "127.0.0.2");
    expect(error).toBeInstanceOf(AggregateError);
    expect(outcome(error)).toEqual(refused);
    expect(outcome(wrapped(error))).toEqual(refused);
    expect(outcome(error, { origin: "datastore" })).toEqual([503, undefined, undefined]);
  });

  it.runIf(process.platform === "linux")(
    "without an answer at the first, which only the inner error calls a connect",
    async () => {
      const { port, stop } = await deaf();
      const error = await connect(port, "127.0.0.1", "127.0.0.2");
      await stop();
      expect(error).toMatchObject({ name: "AggregateError", code: "ETIMEDOUT" });
      expect(error).not.toHaveProperty("syscall");
      expect(outcome(error)).toEqual([504, "connection_timeout", undefined]);
    },
  );

  /** A port whose queue is full and whose thread sleeps: Linux leaves further connections without an answer. */
  async function deaf() {
    const worker = new Worker(
      `const { parentPort } = require("node:worker_threads");
       const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000));
       });`,
      { eval: true },
    );
    const [port] = (await once(worker, "message")) as [number];
    const queue = [1, 2].map(() => net.connect(port, "127.0.0.1").on("error", () => {}));
    await Promise.all(queue.map((socket) => once(socket, "connect")));
    const stop = async () => {
      for (const socket of queue) socket.destroy();
      await worker.terminate();
    };
    return { port, stop };
  }
});

describe("several failures at once", () => {
  it("take the first that is known to be no client's fault", async () => {
    expect(outcome(await anyOf(new Error("s3cr3t"), problem(404), await refusal(), await tooLate()))).toEqual(refused);
  });

  it("are a 500 when none is known, or the client's alone", async () => {
    expect(outcome(await anyOf())).toEqual(unknown);
    expect(outcome(await anyOf(new Error("s3cr3t"), problem(404, "s3cr3t")))).toEqual(unknown);
  });

  const anyOf = (...errors: unknown[]) => failure(() => Promise.any(errors.map((error) => Promise.reject(error))));
});

describe("an unknown error around a known one", () => {
  it.each([
    ["a refused connection", refusal, refused],
    ["a deadline", tooLate, late],
    ["a wrapper of its own", async () => wrapped(wrapped(await refusal())), refused],
    [
      "a 503 on purpose",
      () => problem(503, "s3cr3t", { code: "S3CR3T", headers: { "Retry-After": "9" } }),
      [503, undefined, undefined],
    ],
    ["a 507 by its number", () => createError(507, "s3cr3t"), [503, undefined, 507]],
  ])("has the 5xx of %s, and nothing else of it", async (_what, cause, expected) => {
    expect(outcome(wrapped(await cause()))).toEqual(expected);
  });

  it.each([
    ["a 404 on purpose", () => problem(404, "s3cr3t")],
    ["an exposed 401", () => createError(401, "s3cr3t", { headers: { "WWW-Authenticate": "Basic" } })],
    ["a 400 by its number", () => Object.assign(new Error("s3cr3t"), { status: 400 })],
    ["a text", () => "s3cr3t"],
    ["nothing", () => null],
  ])("is a 500 around %s: what went on inside is not the client's doing", (_what, cause) => {
    expect(outcome(wrapped(cause()))).toEqual(unknown);
  });

  it("has its own status, whatever the cause", async () => {
    expect(outcome(Object.assign(wrapped(await refusal()), { status: 503 }))).toEqual([503, undefined, undefined]);
    expect(outcome(problem(404, undefined, { cause: await refusal() }))).toEqual([404, undefined, undefined]);
  });
});

describe("chains without an end", () => {
  it("end for a cause that is its own", () => {
    const error: Error = wrapped(undefined);
    error.cause = wrapped(error);
    expect(outcome(error)).toEqual(unknown);
  });

  it("end after a few links", async () => {
    let error = await refusal();
    for (let link = 0; link < 10_000; link++) error = wrapped(error);
    expect(outcome(error)).toEqual(unknown);
  });

  it("end for a getter that makes a new one each time", () => {
    class Endless extends Error {
      override get cause() {
        return new Endless("s3cr3t");
      }
    }
    expect(outcome(new Endless())).toEqual(unknown);
  });

  it("end soon where every error has many of itself", () => {
    let looks = 0;
    class Many extends Error {
      override cause = this;
      get errors() {
        return ++looks < 2000 ? Array.from({ length: 8 }, () => this) : [];
      }
    }
    expect(outcome(new Many("s3cr3t"))).toEqual(unknown);
    expect(looks).toBeLessThan(200);
  });
});

describe("causes that are no errors", () => {
  it("VError's is a method; what it wraps is looked at all the same", () => {
    const refused = Object.assign(new Error("s3cr3t"), { code: "ECONNREFUSED", syscall: "connect" });
    const wrapper = new VError(new VError(refused, "inner"), "outer");
    expect(typeof wrapper.cause).toBe("function");
    expect(normalizeError(wrapper)).toMatchObject({ status: 502, proxyError: "connection_refused" });
  });

  it("a method as cause is not called", () => {
    class Wrapper extends Error {
      override cause = () => {
        throw new Error("s3cr3t");
      };
    }
    expect(outcome(new Wrapper("s3cr3t"))).toEqual(unknown);
  });

  it.each([200, 401, 404, 500])("oauth4webapi's is a Response: %d", (status) => {
    expect(outcome(wrapped(new Response("s3cr3t", { status })))).toEqual([502, undefined, status]);
  });

  it.each([
    ["a revoked Proxy", () => revoked()],
    ["errors that are a revoked Proxy", () => Object.assign(new Error("s3cr3t"), { errors: revoked() })],
    ["errors of any length", () => ({ errors: new Proxy([], { get: (_, key) => (key === "length" ? 2 ** 53 - 1 : "s3cr3t") }) })],
    [
      "a getter that throws",
      () => ({
        get status() {
          throw new Error("s3cr3t");
        },
      }),
    ],
  ])("%s", (_what, cause) => {
    expect(outcome(wrapped(cause()))).toEqual(unknown);
    expect(outcome(cause())).toEqual(unknown);
  });

  function revoked() {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  }
});
