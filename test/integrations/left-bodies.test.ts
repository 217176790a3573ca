// Error replies whose body is left alone, through every integration: the octets are the upstream's, the status and the fields the contract's.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import { fgProxy } from "@fg-errors/core/proxy";
import { fgErrors as koaErrors, fgResponses as koaResponses, relay as koaRelay } from "@fg-errors/koa";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import type { Listener } from "../interceptor/interceptor-gateways.js";
import { overHttp2 } from "../interceptor/over-http2.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

const places = [...proxies, ...intercepted, ...calls]
  .filter(({ name }) => !name.startsWith("upstream(")) // whose handler gets the reply
  .flatMap((integration, index) =>
    hosts
      .filter(({ family }, at) => integration.families.includes(family) && at % 2 === index % 2) // one version of each framework
      .map((host) => ({ name: `${integration.name}, ${host.name}`, integration, host })),
  );

const leaveBody = ["/oauth/token", "/scim/*", "application/graphql-response+json"];

const oauth = '{"error":"invalid_client","error_description":"No such client","error_uri":"https://docs.example"}';
const scim = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"No such user"}';
const graphQl = '{"errors":[{"message":"Syntax Error: Unexpected <EOF>.","locations":[{"line":1,"column":4}]}]}';

type Service = (request: IncomingMessage, response: ServerResponse) => void;

const reply =
  (status: number, type: string | undefined, body: string | Buffer, fields: object = {}): Service =>
  (_request, response) =>
    void response.writeHead(status, { ...(type && { "Content-Type": type }), ...fields }).end(body);

/** The content of an answer whose content has only characters of one octet. */
function withoutChunks({ headers, text }: { readonly headers: Headers; readonly text: string }): string {
  if (headers.get("transfer-encoding") !== "chunked") return text;
  let content = "";
  for (let at = 0, size = 1; size > 0; at += size + 2) {
    const end = text.indexOf("\r\n", at);
    size = parseInt(text.slice(at, end), 16);
    content += text.slice(end + 2, end + 2 + size);
    at = end + 2;
  }
  return content;
}

describe.each(places)("$name", { concurrent: true }, ({ integration, host }) => {
  async function ask(path: string, service: Service, more: ResponderOptions = {}, method = "GET") {
    const problems: Problem[] = [];
    const closers: (() => unknown)[] = [];
    const bytes = await withServer(service, async (port) => {
      const listener = await host.create(integration, {
        upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
        limit: patience,
        options: { leaveBody, onError: (problem) => void problems.push(problem), ...more },
        onClose: (close) => void closers.push(close),
      });
      const gateway = createServer((incoming, response) => {
        response.setHeader("ETag", '"own"'); // which belongs to no error
        listener(incoming, response);
      });
      return withServer(gateway, (at) => exchange(at, request(`${method} ${path}`)));
    });
    for (const close of closers) await close();
    return { ...parseAnswer(bytes), bytes, problems };
  }

  it.each([
    ["/oauth/token", 401, 401, "application/json", oauth],
    ["/oauth/token?grant=1", 400, 400, "application/json;charset=UTF-8", oauth],
    ["/scim/Users/17", 404, 404, "application/scim+json", scim],
    ["/scim/Users", 412, 409, "application/scim+json", scim],
    ["/graphql", 400, 400, "application/graphql-response+json; charset=utf-8", graphQl],
    ["/graphql", 422, 400, "Application/GraphQL-Response+JSON", graphQl],
    ["/scim/Users", 503, 503, "text/html", "<h1>Down</h1>"],
    ["/scim/Users", 429, 503, "application/scim+json", scim],
    ["/scim/Users", 404, 404, "application/octet-stream", Buffer.from([0, 255, 254, 10, 13])],
  ])("%s: a %i leaves as %i with the body as it came", async (path, received, status, type, body) => {
    const fields = {
      Server: "s3cr3t",
      ETag: '"s3cr3t"',
      "Cache-Control": "max-age=60",
      "X-Kept": "1",
      "Retry-After": "7",
      "Set-Cookie": "a=1",
    };
    const answer = await ask(path, reply(received, type, body, { ...fields, "WWW-Authenticate": "Basic" }));
    expect(answer.status).toBe(status);
    expect(Buffer.from(answer.bytes.slice(answer.bytes.indexOf("\r\n\r\n") + 4), "latin1").includes(body)).toBe(true);
    expect(answer.headers.get("content-type")).toContain(type); // express-http-proxy adds a charset
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("x-request-id")).toMatch(/^[\w.-]+$/);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect([answer.headers.get("x-kept"), answer.headers.get("retry-after")]).toEqual(["1", "7"]);
    expect(answer.headers.getSetCookie()).toEqual(["a=1"]);
    expect(answer.headers.get("www-authenticate")).toBe(status === 401 ? "Basic" : null);
    expect([answer.headers.get("etag"), answer.bytes.includes("s3cr3t")]).toEqual([null, false]);
    expect(answer.problems.map((problem) => [problem.status, problem.upstreamStatus])).toEqual([[status, received]]);
  });

  it.each([
    "/oauth/token/",
    "/oauth",
    "/scim",
    "/scim/../orders",
    "/scim/%2e%2E/orders",
    "/scim/..%2Forders",
    "/scim/..;/orders",
    "/scim//x",
  ])("%s: the body is the contract's", async (path) => {
    const answer = await ask(path, reply(404, "application/json", oauth));
    if (answer.status === 400) return; // upstreamRequest() and the like refuse some targets
    expect(assertContract(answer)).toMatchObject({ status: 404, error_code: "invalid_client" });
  });

  it("leaves octets and framing alone, however long or coded the body is", async () => {
    const long = "0123456789abcdef".repeat(20_000);
    const chunked: Service = (_request, response) => {
      response.writeHead(409, { "Content-Type": "text/plain" });
      response.write(long);
      response.end(long);
    };
    const streamed = await ask("/scim/a", chunked);
    expect(streamed.status).toBe(409);
    expect(withoutChunks(streamed)).toBe(long + long);
    const coded = await ask("/scim/a", reply(409, "application/json", gzipSync(oauth), { "Content-Encoding": "gzip" }));
    const { text } = coded;
    if (coded.headers.has("content-encoding")) expect(coded.bytes).toContain("\x1f\x8b"); // which parseAnswer() gives as it came
    else expect(text).toContain(oauth);
    const empty = await ask("/scim/a", reply(409, undefined, ""));
    expect([empty.status, withoutChunks(empty)]).toEqual([409, ""]);
  });

  it("answers a HEAD with the head of the contract, and no body", async () => {
    const answer = await ask("/scim/a", reply(412, "application/scim+json", scim, { "Content-Length": scim.length }), {}, "HEAD");
    expect([answer.status, answer.text]).toEqual([409, ""]);
    expect(answer.headers.get("content-type")).toBe("application/scim+json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("cuts a body that breaks off, as that of a success", async () => {
    const breaking: Service = (_request, response) => {
      response.writeHead(409, { "Content-Type": "text/plain", "Content-Length": 1000 });
      response.write("begun", () => setTimeout(() => response.destroy(), 50));
    };
    const { bytes, problems } = await ask("/scim/a", breaking);
    expect(bytes).not.toContain('error_code":"FSS.0409');
    if (bytes.startsWith("HTTP/1.1 409")) expect(bytes.length).toBeLessThan(1000);
    else expect(bytes).toMatch(/^HTTP\/1\.1 50[24] /); // the library takes the whole content first
    expect(problems.at(-1)!.status).toBeGreaterThanOrEqual(500);
  });

  it("answers for a function that failed, if asked to, whatever the path", async () => {
    const failed = reply(500, "application/json", '{"errorMessage":"s3cr3t","errorType":"Error"}', { "X-Func-Err-Code": "4201" });
    const answer = await ask("/scim/a", failed, { hiddenFailures: true });
    expect(assertContract(answer)["status"]).toBeGreaterThanOrEqual(500);
    expect(answer.text).not.toContain("s3cr3t");
  });

  it("drops credentials, if asked to", async () => {
    const fields = { "Set-Cookie": "s3cr3t=1", "WWW-Authenticate": 'Basic realm="s3cr3t"' };
    const answer = await ask("/oauth/token", reply(401, "application/json", oauth, fields), { upstreamCredentials: "drop" });
    expect(answer.bytes).not.toContain("s3cr3t");
    expect([answer.status, answer.headers.get("www-authenticate"), withoutChunks(answer)]).toEqual([401, "Bearer", oauth]);
  });
});

const overTwo: Readonly<Record<string, (target: string) => Listener>> = {
  "fgResponses() on Koa": () =>
    new Koa()
      .use(koaErrors({ leaveBody, onError() {} }))
      .use(koaResponses({ leaveBody, onError() {} }))
      .use((ctx) => {
        ctx.respond = false;
        ctx.res.writeHead(412, { "Content-Type": "application/scim+json", ETag: '"1"', "Set-Cookie": ["a=1", "b=2"] });
        ctx.res.end(scim);
      })
      .callback() as Listener,
  "fgResponses() of what is set on Koa's context": () =>
    new Koa()
      .use(koaErrors({ leaveBody, onError() {} }))
      .use(koaResponses({ leaveBody, onError() {} }))
      .use((ctx) => {
        ctx.status = 412;
        ctx.set({ ETag: '"1"', "Set-Cookie": ["a=1", "b=2"] });
        ctx.body = Readable.from([scim]);
        ctx.type = "application/scim+json";
      })
      .callback() as Listener,
  "relay() on Koa": (target) =>
    new Koa()
      .use(koaErrors({ leaveBody, onError() {} }))
      .use(async (ctx) => koaRelay(ctx, await fetch(target), { leaveBody, onError() {} }))
      .callback() as Listener,
  "relay() on Koa behind fgResponses() that leave nothing alone": (target) =>
    new Koa()
      .use(koaErrors({ onError() {} }))
      .use(koaResponses({ onError() {} }))
      .use(async (ctx) => koaRelay(ctx, await fetch(target), { leaveBody, onError() {} }))
      .callback() as Listener,
};

it.each(Object.entries(overTwo))("over HTTP/2, %s", async (_name, create) => {
  const service = reply(412, "application/scim+json", scim, { ETag: '"1"', "Set-Cookie": ["a=1", "b=2"] });
  await withServer(service, async (port) => {
    const [answer] = await overHttp2(create(`http://127.0.0.1:${port}`), ["/scim/Users"]);
    expect([answer!.status, answer!.text, answer!.headers.get("content-type")]).toEqual([409, scim, "application/scim+json"]);
    expect(answer!.headers.get("set-cookie")).toBe("a=1,b=2");
    expect([answer!.headers.get("etag"), answer!.headers.get("cache-control")]).toEqual([null, "no-store"]);
  });
});

it.each(["/oauth/token?x", "*/*", "scim", "/a/*/b", "", 17, "application/scim+json; charset=utf-8"])(
  "takes no entry %j",
  (entry) => {
    expect(() => fgProxy({ leaveBody: [entry as string] })).toThrow(
      'fgProxy: option "leaveBody" takes an array of paths and media types',
    );
  },
);
