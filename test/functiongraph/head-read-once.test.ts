// A reply of a function is inspected once: each header field of its invocation is read one time on the whole way through a proxy.
import { once as event } from "node:events";
import { get, type IncomingMessage, type RequestListener } from "node:http";
import { fgProxy } from "@fg-errors/core/proxy";
import { upstream } from "@fg-errors/core/upstream";
import httpProxy3 from "http-proxy-3";
import { expect, it } from "vitest";
import { codeFields, flagField } from "../../packages/core/src/http/invocation-fields.js";
import { withServer } from "../wire.js";

const outcomeFields = [...codeFields, flagField];

/** Counts how often each outcome field of a reply is read, from when it comes. */
function countReads(reply: IncomingMessage): Map<string, number> {
  const reads = new Map(outcomeFields.map((name) => [name, 0]));
  const headers = new Proxy(reply.headers, {
    get(target, name, receiver) {
      if (reads.has(String(name))) reads.set(String(name), reads.get(String(name))! + 1);
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  Object.defineProperty(reply, "headers", { value: headers, writable: true });
  return reads;
}

const once = Object.fromEntries(outcomeFields.map((name) => [name, 1]));

const json = { "Content-Type": "application/json", "X-CFF-Request-Id": "8f2b7b1c-6a0b-4d8e-9b53-5a7a0e2f1c11" };
const failure = JSON.stringify({ errorMessage: "s3cr3t", errorType: "Error", stackTrace: [] });

const functions: Readonly<Record<string, RequestListener>> = {
  "whose head shows the failure": (_request, response) =>
    response.writeHead(200, { ...json, "X-Func-Err-Code": "4001", "X-Is-Func-Err": "true" }).end(failure),
  "whose content shows the failure": (_request, response) => response.writeHead(200, json).end(failure),
};

it.each(Object.entries(functions))("fgProxy() reads the reply of a function %s once", (_what, listener) =>
  withServer(listener, async (upstreamPort) => {
    const proxy = httpProxy3.createProxyServer({ target: `http://127.0.0.1:${upstreamPort}` });
    let reads: Map<string, number> | undefined;
    proxy.on("proxyRes", (reply) => (reads = countReads(reply)));
    fgProxy({ hiddenFailures: true, onError() {} }).attach(proxy);
    await withServer(
      (incoming, response) => void proxy.web(incoming, response),
      async (port) => expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(502),
    );
    expect(Object.fromEntries(reads!)).toEqual(once);
  }),
);

it.each(Object.entries(functions))("upstream() reads the reply of a function %s once", (_what, listener) =>
  withServer(listener, async (port) => {
    const [reply] = (await event(get({ port, host: "127.0.0.1" }), "response")) as [IncomingMessage];
    const reads = countReads(reply);
    await expect(upstream(Promise.resolve(reply), { hiddenFailures: true })).rejects.toThrow();
    expect(Object.fromEntries(reads)).toEqual(once);
  }),
);
