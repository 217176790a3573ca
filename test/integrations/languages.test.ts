// The option `texts` on real sockets: each host over HTTP/1 and HTTP/2, each integration, raw sockets, fetch responses and functions.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { createResponder, defineContract, functionGraph, problem, type Problem, type ResponderOptions } from "@fg-errors/core";
import { invocationResponse, toInvocation } from "@fg-errors/core/functiongraph";
import { errorResponse } from "@fg-errors/core/hosts";
import { guardServer } from "@fg-errors/core/server";
import { zhCN } from "@fg-errors/core/texts";
import { relayResponse } from "@fg-errors/core/upstream";
import { fgErrors as functionErrors } from "@fg-errors/functiongraph";
import createError from "http-errors";
import { expect, describe, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventOf } from "../functiongraph/function-apig.js";
import { hosts, type Act } from "../hosts.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { hosts as gateways } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

const shop = defineContract(functionGraph, {
  service: "SHOP",
  types: "https://errors.example.com/shop/",
  problems: {
    outOfStock: { status: 409, code: "SHOP.1001", title: "Out of stock", detail: "Only {left, number} of {sku} are left." },
  },
});

const texts = { zh: zhCN, "zh-CN": { ...zhCN, "SHOP.1001": { title: "缺货", detail: "{sku} 只剩 {left} 件。" } } };
const chinese = { "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8" };

/** What each path of a gateway throws. */
const thrown: Readonly<Record<string, unknown>> = {
  stock: shop.problems.outOfStock({ sku: "A-1", left: 2 }),
  own: createError(404, "No such order"),
  crash: new Error("s3cr3t"),
};

const act: Act = ({ url = "" }) => {
  const value = thrown[url.split("?")[1]!];
  if (value) throw value;
};

/** Asks over HTTP/2. */
async function overHttp2(listener: RequestListener, fields: Readonly<Record<string, string>>): Promise<Answer> {
  const server = createHttp2Server(listener as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const stream = session.request(fields).setEncoding("utf8");
    stream.setTimeout(patience, () => stream.close());
    const [head] = (await once(stream, "response")) as [Record<string, string>];
    let text = "";
    for await (const chunk of stream) text += chunk as string;
    const received = Object.entries(head).filter(([name]) => !name.startsWith(":"));
    return { status: Number(head[":status"]), headers: new Headers(received), text };
  } finally {
    session.destroy();
    server.close();
  }
}

const lower = (fields: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));

describe.each(hosts)("$name", ({ create, createHttp2 }) => {
  const reported: Problem[] = [];
  const options: ResponderOptions = { contract: shop, texts, onError: (found) => void reported.push(found) };
  const ask = {
    "HTTP/1": (path: string, fields: Readonly<Record<string, string>>, more: ResponderOptions = {}) =>
      withServer(create(act, { ...options, ...more }), async (port) =>
        parseAnswer(await exchange(port, request(`GET ${path}`, fields))),
      ),
    "HTTP/2": (path: string, fields: Readonly<Record<string, string>>, more: ResponderOptions = {}) =>
      overHttp2(createHttp2(act, { ...options, ...more }), { ":path": path, ...lower(fields) }),
  };

  it.each(["HTTP/1", "HTTP/2"] as const)("answers in the client's language over %s", async (protocol) => {
    const unmatched = await ask[protocol]("/nothing", chinese);
    expect(assertContract(unmatched, shop)).toMatchObject({
      ...zhCN[404],
      error_msg: zhCN[404]!.detail,
      error_code: "SHOP.0404",
    });
    expect(unmatched.headers.get("content-language")).toBe("zh-CN");
    expect(unmatched.headers.get("vary")).toBe("Origin, Accept-Language, X-Language");

    const stock = await ask[protocol]("/act?stock", { "X-Language": "zh-cn", "Accept-Language": "en" });
    expect(assertContract(stock, shop)).toMatchObject({
      title: "缺货",
      detail: "A-1 只剩 2 件。",
      error_code: "SHOP.1001",
      left: 2,
    });
    expect(reported.at(-1)).toMatchObject({ title: "Out of stock", detail: "Only 2 of A-1 are left." });

    expect(assertContract(await ask[protocol]("/act?own", chinese), shop)).toMatchObject({
      title: "未找到",
      detail: "No such order",
    });
    expect(assertContract(await ask[protocol]("/act?crash", { "Accept-Language": "zh-Hans-CN" }), shop)).toMatchObject(
      zhCN[500]!,
    );

    const english = await ask[protocol]("/act?stock", { "Accept-Language": "en-US,en;q=0.9,zh;q=0.5" });
    expect(assertContract(english, shop)).toMatchObject({ title: "Out of stock", detail: "Only 2 of A-1 are left." });
    expect([english.headers.get("content-language"), english.headers.get("vary")]).toEqual([
      "en",
      "Origin, Accept-Language, X-Language",
    ]);

    const { headers } = await ask[protocol]("/nothing", chinese, { texts: undefined as never });
    expect([headers.get("content-language"), headers.get("vary")]).toEqual([null, "Origin"]);
  });
});

it.each(hosts)(
  "$name: a body that does not parse is described in the client's language, in FunctionGraph's format too",
  async ({ create }) => {
    const listener = create(act, { texts, format: "functiongraph", defaultLanguage: "zh-CN", onError() {} });
    const answer = await withServer(listener, async (port) =>
      parseAnswer(await exchange(port, request("POST /json", { "Content-Type": "application/json" }, "{"))),
    );
    expect(answer.headers.get("content-language")).toBe("zh-CN");
    expect(JSON.parse(answer.text)).toMatchObject({ error_code: "FSS.0400", error_msg: zhCN["content-not-json"] });
  },
);

/** One integration of each kind on one host of each family. */
const places = [proxies[0]!, proxies[1]!, proxies.at(-1)!, ...intercepted.slice(0, 2), ...calls.slice(0, 3)].flatMap(
  (integration) => {
    const host = gateways.find(({ family }) => integration.families.includes(family))!;
    return [{ name: `${integration.name}, ${host.name}`, integration, host }];
  },
);

describe.each(places)("$name", { concurrent: true }, ({ integration, host }) => {
  it("answers an upstream's error in the client's language", async () => {
    const closers: (() => unknown)[] = [];
    const upstream: RequestListener = (_request, response) =>
      void response
        .writeHead(503, { "Content-Type": "text/html", "Content-Language": "fr", Vary: "Cookie" })
        .end("<h1>En panne</h1>");
    const answer = await withServer(upstream, async (port) => {
      const listener = await host.create(integration, {
        upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
        limit: patience,
        options: { texts, onError() {} },
        onClose: (close) => void closers.push(close),
      });
      return withServer(createServer(listener), async (at) => parseAnswer(await exchange(at, request("GET /a", chinese))));
    });
    for (const close of closers) await close();
    expect(assertContract(answer)).toMatchObject(zhCN[503]!);
    expect(answer.headers.get("content-language")).toBe("zh-CN");
    expect(answer.headers.get("vary")).toMatch(/Accept-Language, X-Language$/);
  });
});

describe("a service of this contract behind a gateway", () => {
  /** What the gateway answers: the service's error, relayed. */
  async function through(ofGateway: ResponderOptions, ofService: ResponderOptions, path: string, fields = chinese) {
    const service = hosts[0]!.create(act, { contract: shop, onError() {}, ...ofService });
    return withServer(service, (port) => {
      const gateway: RequestListener = (incoming, response) => {
        const options = { contract: shop, onError() {}, ...ofGateway };
        const { "accept-language": language = "" } = incoming.headers;
        const asked = new Request(`http://127.0.0.1${incoming.url}`, { headers: { "Accept-Language": language } });
        const call = fetch(`http://127.0.0.1:${port}${incoming.url}`, { headers: { "Accept-Language": language } });
        void relayResponse(call, asked, options).then(async (answer) => {
          response.writeHead(answer.status, [...answer.headers].flat());
          response.end(await answer.text());
        });
      };
      return withServer(gateway, async (at) => parseAnswer(await exchange(at, request(`GET ${path}`, fields))));
    });
  }

  it("is translated by the gateway, its own sentences too", async () => {
    expect(assertContract(await through({ texts }, {}, "/act?stock"), shop)).toMatchObject({ detail: "A-1 只剩 2 件。" });
    expect(assertContract(await through({ texts }, {}, "/api/orders/%zz"), shop)).toMatchObject({
      detail: zhCN["address-not-encoded"],
    });
  });

  it("stays in its language, which the gateway names", async () => {
    const alike = await through({ texts }, { texts }, "/act?own");
    expect(assertContract(alike, shop)).toMatchObject({ title: "未找到", detail: "No such order" });
    expect(alike.headers.get("content-language")).toBe("zh-CN");
    const german = { texts: { de: { 404: { title: "Nicht gefunden", detail: "Hier ist nichts." } } }, defaultLanguage: "de" };
    const other = await through({ texts: { fr: {} } }, german, "/nothing", { "Accept-Language": "it" });
    expect(assertContract(other, shop)).toMatchObject({ title: "Nicht gefunden", detail: "Hier ist nichts." });
    expect([other.headers.get("content-language"), other.headers.get("vary")]).toEqual([
      "de",
      "Origin, Accept-Language, X-Language",
    ]);
  });
});

describe("guardServer()", () => {
  const guarded = (bytes: string) =>
    withServer(guardServer(createServer(), { texts, onError() {} }), async (port) => parseAnswer(await exchange(port, bytes)));

  it("refuses a request in the client's language", async () => {
    const answer = await guarded(request("GET /a", { ...chinese, Expect: "magic" }));
    expect(assertContract(answer)).toMatchObject({ detail: zhCN["expectation-unknown"] });
  });

  it("finds the language in a head that the parser rejects", async () => {
    const answer = await guarded("GET /a HTTP/1.1\r\nHost: a\r\nX-Language: zh-cn\r\nBad Field: 1\r\n\r\n");
    expect(assertContract(answer)).toMatchObject(zhCN[400]!);
    const accepted = await guarded("GET /a HTTP/1.1\r\nHost: a\r\nAccept-Language: de, zh;q=0.5\r\nBad Field: 1\r\n\r\n");
    expect(accepted.headers.get("content-language")).toBe("zh");
  });

  it("answers what is no request in the default language", async () => {
    const answer = await guarded("nonsense\r\n\r\n");
    expect(assertContract(answer)).toMatchObject({ title: "Bad Request" });
    expect(answer.headers.get("content-language")).toBe("en");
  });
});

describe("fetch responses", () => {
  const asked = new Request("http://shop.example/a", { headers: chinese });
  const failed = new Response("x", { headers: { Vary: "Accept-Encoding", "Content-Language": "fr" } });

  it("of errorResponse() are translated", async () => {
    const answer = errorResponse(createResponder({ texts, onError() {} }), problem(403), asked, failed);
    expect(await answer.json()).toMatchObject(zhCN[403]!);
    expect(answer.headers.get("vary")).toBe("Accept-Encoding, Accept-Language, X-Language");
    expect(answer.headers.get("content-language")).toBe("zh-CN");
  });

  it("of relayResponse() and invocationResponse() are translated", async () => {
    const options = { texts, onError() {} };
    const replied = await relayResponse(new Response("down", { status: 502 }), asked, options);
    expect(await replied.json()).toMatchObject(zhCN[502]!);
    const result = { statusCode: 404, headers: {}, body: "<h1>Nothing</h1>" };
    expect(await (await invocationResponse(result, asked, options)).json()).toMatchObject(zhCN[404]!);
  });
});

describe("a function", () => {
  const event = eventOf({ headers: { "accept-language": "zh-CN" } });

  it("answers in the client's language", async () => {
    const handler = functionErrors(
      () => {
        throw thrown["stock"];
      },
      { contract: shop, texts, onError() {} },
    );
    const { headers, body } = await handler(event as never, {} as never);
    expect(JSON.parse(body)).toMatchObject({ title: "缺货", detail: "A-1 只剩 2 件。" });
    expect(headers).toMatchObject({ "content-language": "zh-CN", vary: "Accept-Language, X-Language" });
  });

  it("that gives no valid result is described in it, and so is a result made by hand", async () => {
    const handler = functionErrors(() => "none", { texts, onError() {} });
    const { body } = await handler(event as never, {} as never);
    expect(JSON.parse(body)).toMatchObject({ detail: zhCN["function-response-not-valid"], error_code: "FSS.1202" });
    expect(JSON.parse(toInvocation(problem(403), event, { texts, onError() {} }).body)).toMatchObject(zhCN[403]!);
  });
});
