// A reply of a function is inspected once, by whatever integration: each header field of its invocation is read one time.
import { once as event } from "node:events";
import { get, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { fgErrors as expressErrors, fgResponses as expressResponses, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaResponses, relay as koaRelay } from "@fg-errors/koa";
import type { ResponderOptions } from "@fg-errors/core";
import { fgProxy } from "@fg-errors/core/proxy";
import { upstream } from "@fg-errors/core/upstream";
import express from "express";
import express4 from "express4";
import httpProxy3 from "http-proxy-3";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { codeFields, flagField } from "../../packages/core/src/http/invocation-fields.js";
import { withServer } from "../wire.js";

const outcomeFields = [...codeFields, flagField];

type Reads = Map<string, number>;

const noReads = (): Reads => new Map(outcomeFields.map((name) => [name, 0]));

/** Counts how often each outcome field is read. */
function counted<Fields extends object>(fields: Fields, reads: Reads): Fields {
  return new Proxy(fields, {
    get(target, name, receiver) {
      if (reads.has(String(name))) reads.set(String(name), reads.get(String(name))! + 1);
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

/** Counts the reads of a reply, from when it comes. */
function countReads(reply: IncomingMessage): Reads {
  const reads = noReads();
  Object.defineProperty(reply, "headers", { value: counted(reply.headers, reads), writable: true });
  return reads;
}

/** Counts the reads of a response's fields. */
function countReadsOf(response: ServerResponse): Reads {
  const reads = noReads();
  const { getHeaders } = response;
  response.getHeaders = () => counted(getHeaders.call(response), reads);
  return reads;
}

const times = (count: number) => Object.fromEntries(outcomeFields.map((name) => [name, count]));

const json = { "Content-Type": "application/json", "X-CFF-Request-Id": "8f2b7b1c-6a0b-4d8e-9b53-5a7a0e2f1c11" };
const failure = JSON.stringify({ errorMessage: "s3cr3t", errorType: "Error", stackTrace: [] });

const failures: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "whose head shows the failure": { ...json, "X-Func-Err-Code": "4001", "X-Is-Func-Err": "true" },
  "whose content shows the failure": json,
};

const options = { hiddenFailures: true, onError() {} };
const frameworks = { "Express 5": express, "Express 4": express4 };
const koas = { "Koa 3": Koa, "Koa 2": Koa2 };

describe.each(Object.entries(failures))("the reply of a function %s", (_what, fields) => {
  const answering: RequestListener = (_request, response) => response.writeHead(200, fields).end(failure);

  const replyOf = async (port: number) => ((await event(get({ port, host: "127.0.0.1" }), "response")) as [IncomingMessage])[0];

  const expectFailure = (gateway: RequestListener) =>
    withServer(gateway, async (port) => expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(502));

  const handlers: Readonly<Record<string, Parameters<typeof fgProxy>[1]>> = {
    "without a handler": {},
    "with a user's handler that changes nothing": { proxyRes: (reply) => void reply.headers["content-type"] },
  };

  async function readsOfProxy(own: Parameters<typeof fgProxy>[1]): Promise<Reads> {
    let reads: Reads | undefined;
    await withServer(answering, async (upstreamPort) => {
      const proxy = httpProxy3.createProxyServer({ target: `http://127.0.0.1:${upstreamPort}` });
      proxy.on("proxyRes", (reply) => (reads = countReads(reply)));
      fgProxy(options, own).attach(proxy);
      await expectFailure((incoming, response) => void proxy.web(incoming, response));
    });
    return reads!;
  }

  it.each(Object.entries(handlers))("is read once by fgProxy() %s", async (_handlers, own) => {
    expect(Object.fromEntries(await readsOfProxy(own))).toEqual(times(1));
  });

  it.each<[string, (reply: IncomingMessage) => unknown]>([
    ["sets a field", (reply) => (reply.headers["x-seen"] = "1")],
    ["deletes a field", (reply) => delete reply.headers["content-type"]],
    ["replaces all fields", (reply) => (reply.headers = { ...json, "x-func-err-code": "4001" })],
    ["changes the status", (reply) => (reply.statusCode = 201)],
  ])("is inspected anew after a user's handler of fgProxy() that %s", async (what, change) => {
    const reads = await readsOfProxy({
      proxyRes(reply) {
        reply.headers["x-func-err-code"] = "4001";
        change(reply);
      },
    });
    expect(reads.get("x-func-err-code")).toBe(what.startsWith("replaces") ? 1 : 2); // those that replace are not counted
  });

  it("is read once by upstream()", () =>
    withServer(answering, async (port) => {
      const reply = await replyOf(port);
      const reads = countReads(reply);
      await expect(upstream(Promise.resolve(reply), options)).rejects.toThrow();
      expect(Object.fromEntries(reads)).toEqual(times(1));
    }));

  const relays: Readonly<Record<string, (port: number, count: (reply: IncomingMessage) => void) => RequestListener>> = {
    ...each(frameworks, (framework) => (port, count) => {
      const app = framework();
      app.use((_request, response, next) => {
        replyOf(port)
          .then((reply) => (count(reply), expressRelay(response, reply, options)))
          .catch(next);
      });
      return app.use(expressErrors(options));
    }),
    ...each(koas, (Framework) => (port, count) => {
      const app = new Framework().use(koaErrors(options));
      app.use(async (ctx) => {
        const reply = await replyOf(port);
        count(reply);
        await koaRelay(ctx, reply, options);
      });
      return app.callback();
    }),
  };

  it.each(Object.entries(relays))("is read once by relay(): %s", (_framework, create) =>
    withServer(answering, async (port) => {
      let reads: Reads | undefined;
      await expectFailure(create(port, (reply) => (reads = countReads(reply))));
      expect(Object.fromEntries(reads!)).toEqual(times(1));
    }),
  );

  /** How a handler behind fgResponses() passes a reply on: it is the head of the response that is read. */
  const interceptors: Readonly<Record<string, (count: (response: ServerResponse) => void) => RequestListener>> = {
    ...each(frameworks, (framework) => (count) => {
      const app = framework().use(expressResponses(options));
      app.use((_request, response) => {
        count(response);
        response.set(fields).end(failure);
      });
      return app;
    }),
    ...each(koas, (Framework) => (count) => {
      const app = new Framework().use(koaErrors(options)).use(koaResponses(options));
      app.use((ctx) => {
        count(ctx.res);
        ctx.set(fields);
        ctx.body = failure;
      });
      return app.callback();
    }),
    ...each(
      koas,
      (Framework) => (count) => {
        const app = new Framework().use(koaErrors(options)).use(koaResponses(options));
        app.use((ctx) => {
          count(ctx.res);
          ctx.res.statusCode = 200;
          for (const [name, value] of Object.entries(fields)) ctx.res.setHeader(name, value);
          ctx.res.end(failure);
        });
        return app.callback();
      },
      ", written to ctx.res",
    ),
  };

  it.each(Object.entries(interceptors))("is read once by fgResponses(): %s", async (_framework, create) => {
    let reads: Reads | undefined;
    await expectFailure(create((response) => (reads = countReadsOf(response))));
    expect(Object.fromEntries(reads!)).toEqual(times(1));
  });
});

/** How an error reply comes from behind fgResponses(). */
const errorReplies: Readonly<
  Record<string, (given: ResponderOptions, write: (response: ServerResponse) => void) => RequestListener>
> = {
  ...each(frameworks, (framework) => (given, write) => {
    const app = framework().use(expressResponses(given));
    app.use((_request, response) => write(response));
    return app;
  }),
  ...each(koas, (Framework) => (given, write) => {
    const app = new Framework().use(koaErrors(given)).use(koaResponses(given));
    app.use((ctx) => write(ctx.res));
    return app.callback();
  }),
};

describe.each([
  ["is replaced", "text/plain", 502],
  ["is left alone", "application/json", 500],
])("an error reply whose body %s", (_what, entry, status) => {
  it.each(Object.entries(errorReplies))("is read once by fgResponses() with leaveBody: %s", async (_framework, create) => {
    let reads: Reads | undefined;
    const gateway = create({ ...options, leaveBody: [entry] }, (response) => {
      reads = countReadsOf(response);
      response.writeHead(500, json).end(failure);
    });
    await withServer(gateway, async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      expect(answer.status).toBe(status);
      expect((await answer.text()).includes("s3cr3t")).toBe(entry === "application/json");
    });
    expect(Object.fromEntries(reads!)).toEqual(times(1));
  });
});

function each<Framework, Made>(all: Readonly<Record<string, Framework>>, make: (framework: Framework) => Made, more = "") {
  return Object.fromEntries(Object.entries(all).map(([name, framework]) => [name + more, make(framework)]));
}
