// What a gateway of ours answers, as Huawei Cloud's own SDK reads it: the exception says what the wire did, in both body formats.
import type { RequestListener } from "node:http";
import { functionGraph, problem, type ResponderOptions } from "@fg-errors/core";
import { fgErrors, fgProxy } from "@fg-errors/express";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core";
import { ClientRequestException } from "@huaweicloud/huaweicloud-sdk-core/exception/ClientRequestException.js";
import { ServerResponseException } from "@huaweicloud/huaweicloud-sdk-core/exception/ServerResponseException.js";
import type { ServiceResponseException } from "@huaweicloud/huaweicloud-sdk-core/exception/ServiceResponseException.js";
import { Logger4jInstance } from "@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger.js";
import { FunctionGraphClient, InvokeFunctionRequest } from "@huaweicloud/huaweicloud-sdk-functiongraph";
import express from "express";
import httpProxy from "http-proxy";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import { gateways, relaying, through, type Gateway } from "../upstream/upstream-gateways.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

Logger4jInstance.level = "off"; // it prints the headers of what fails, Authorization among them

const credentials = new BasicCredentials().withAk("ak").withSk("sk").withProjectId("7aad83");
const urn = (name: string | number) => `urn:fss:eu-de:7aad83:function:default:${name}:latest`;
const pathOf = (name: string | number) => `/v2/7aad83/fgs/functions/${urn(name)}/invocations`;

/** Invokes a function by the SDK. Nothing but the endpoint is asked: with a project's id it looks nothing up. */
function invoke(port: number, name: string | number, headers: Record<string, string> = {}) {
  const client = FunctionGraphClient.newBuilder()
    .withCredential(credentials)
    .withEndpoint(`http://127.0.0.1:${port}`)
    .withOptions({ axiosRequestConfig: { headers } })
    .build();
  return client.invokeFunction(new InvokeFunctionRequest(urn(name), "application/json").withBody({}));
}

const exception = (...call: Parameters<typeof invoke>) =>
  invoke(...call).then(
    () => expect.unreachable(),
    (error: unknown) => error as ServiceResponseException,
  );

/** The same without the SDK. */
async function wire(port: number, name: string | number, headers: Record<string, string>) {
  const answer = parseAnswer(await exchange(port, request(`POST ${pathOf(name)}`, headers)));
  return { status: answer.status, body: JSON.parse(answer.text) as Record<string, unknown> };
}

/** A function is named after the status that invoking it fails with. */
const statusIn = (url = "") => Number(/default:(\d+):/.exec(url)?.[1]);
const refused = (status: number) => ({ error_code: `SHOP.0${status}`, error_msg: `Refused with ${status}` });

const refuse: RequestListener = ({ url }, response) => {
  response.writeHead(statusIn(url), { "Content-Type": "application/json", "X-Request-Id": "upstreams" });
  response.end(JSON.stringify(refused(statusIn(url))));
};

function fail({ url }: { readonly url: string }): never {
  const { error_code: code, error_msg: message } = refused(statusIn(url));
  throw problem(statusIn(url), message, { code });
}

const throwing: Gateway[] = [
  { name: "thrown in Express 5", create: (_upstream, options) => listener(express().use(fail).use(fgErrors(options))) },
  { name: "thrown in Koa 3", create: (_upstream, options) => new Koa().use(koaErrors(options)).use(fail).callback() },
];

const proxyInKoa: Gateway = {
  name: "fgProxy() in Koa 3",
  create: (upstream, options) => {
    const proxy = fgProxy(options).attach(httpProxy.createProxyServer({ target: `http://127.0.0.1:${upstream}` }));
    const app = new Koa().use(koaErrors(options)).use((ctx) => {
      ctx.respond = false;
      proxy.web(ctx.req, ctx.res);
    });
    return app.callback();
  },
};

/** Of undici's request(), since fetch() takes a 407 for a failure of its own. */
const relays = [relaying("Express 5", "undici 7's request()"), relaying("Koa 3", "undici 7's request()")];
const integrations = [...relays, gateways[0]!, proxyInKoa];
const statuses = Object.keys(functionGraph.statuses)
  .map(Number)
  .filter((status) => status >= 400);
const formats = [{ format: "problem" }, { format: "functiongraph" }] as const;

describe.each(formats)("format $format", (options) => {
  it.each([...throwing, ...integrations])("$name: every documented status", async (gateway) => {
    const visit = async (port: number) => {
      for (const status of statuses) {
        const sent = await wire(port, status, { "X-Request-Id": "callers" });
        // An upstream's proxy is not the client's (RFC 9110 section 15.5.8).
        expect(sent.status).toBe(status === 407 && integrations.includes(gateway) ? 502 : status);
        expect(sent.body).toMatchObject({ error_code: `SHOP.0${status}`, request_id: "callers" });

        const error = await exception(port, status, { "X-Request-Id": "callers" });
        expect(error).toBeInstanceOf(sent.status < 500 ? ClientRequestException : ServerResponseException);
        const { error_code: errorCode, error_msg: errorMsg, request_id: requestId } = sent.body;
        expect(error).toMatchObject({ httpStatusCode: sent.status, errorCode, errorMsg, requestId });
      }
    };
    await through(gateway, refuse, visit, options);
  });

  it.each<[string, (own: ResponderOptions) => RequestListener, number]>([
    ["Express 5", (own) => listener(express().use(fgErrors(own))), 404],
    [
      "Express 5",
      (own) =>
        listener(
          express()
            .get("/v2/*rest", () => {})
            .use(fgErrors(own)),
        ),
      405,
    ],
    ["Koa 3", (own) => new Koa().use(koaErrors(own)).callback(), 404],
  ])("unmatched in %s, under an id that the gateway has made", async (_host, create, status) => {
    await withServer(create(options), async (port) => {
      const error = await exception(port, "orders");
      expect(error).toBeInstanceOf(ClientRequestException);
      expect(error).toMatchObject({ httpStatusCode: status, errorCode: `FSS.0${status}` });
      expect(error.errorMsg).toBe(functionGraph.statuses[status]!.description);
      expect(error.requestId).toMatch(/^[0-9a-f]{32}$/);
    });
  });
});

it("without us, the SDK finds no code and no message", async () => {
  await withServer(listener(express()), async (port) => {
    const { errorCode, requestId, errorMsg } = await exception(port, "orders", { "X-Request-Id": "callers" });
    expect([errorCode, requestId, errorMsg]).toEqual([undefined, undefined, "Request failed with status code 404"]);
  });
});

describe("a function that fails behind a 200", () => {
  const answering =
    (code: string, result: object): RequestListener =>
    (_request, response) => {
      response.writeHead(200, { "X-Func-Err-Code": code, "X-Cff-Request-Id": "cff", "Content-Type": "application/json" });
      response.end(JSON.stringify(result));
    };
  const failing = answering("4002", { errorMessage: "function invocation exception, error: s3cr3t", errorType: "Error" });

  it("is a success to the SDK", async () => {
    await withServer(failing, async (port) => {
      expect(await invoke(port, "orders")).toMatchObject({ httpStatusCode: 200, errorType: "Error", "X-Cff-Request-Id": "cff" });
    });
  });

  it.each(integrations)("is an exception behind $name", async (gateway) => {
    const visit = async (port: number) => {
      const error = await exception(port, "orders");
      expect(error).toBeInstanceOf(ServerResponseException);
      expect(error).toMatchObject({ httpStatusCode: 502, errorCode: "4002", requestId: "cff" });
      expect(error.errorMsg).not.toContain("s3cr3t");
    };
    for (const options of formats) await through(gateway, failing, visit, { ...options, hiddenFailures: true });
  });

  it.each(integrations)("stays a success behind $name when it did well", async (gateway) => {
    const visit = async (port: number) => {
      expect(await invoke(port, "orders")).toMatchObject({ httpStatusCode: 200, paid: true, "X-Cff-Request-Id": "cff" });
    };
    await through(gateway, answering("0", { paid: true }), visit, { hiddenFailures: true });
  });
});

/** Express types its application more narrowly than what node:http calls. */
function listener(app: express.Express): RequestListener {
  return app as unknown as RequestListener;
}
