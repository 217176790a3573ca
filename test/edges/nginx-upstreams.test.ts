// The contract in nginx: error replies of upstreams that know nothing of it, and of those that know it.
import { createResponder, extendContract, functionGraph, normalizeError, problem, UpstreamError } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closedPort, exchange, parseAnswer, request } from "../wire.js";
import { assertEdge, errorPage, replyWith, startEdgeUpstream, type EdgeUpstream } from "./edge-upstream.js";
import { nginxProgram, startNginx, type Nginx } from "./start-nginx.js";

const shop = {
  ...extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "Slow down." } }),
  service: "SHOP",
};
const guarded = { ...functionGraph, upstreamFolds: { ...functionGraph.upstreamFolds, 401: { to: 502, why: "" } } };

describe.skipIf(nginxProgram.isSkipped)("nginx in front of upstreams", () => {
  let nginx: Nginx;
  let upstream: EdgeUpstream;
  let [plain, extended, folded]: number[] = [];

  beforeAll(async () => {
    upstream = await startEdgeUpstream();
    const lines = `
    location / { proxy_pass http://127.0.0.1:${upstream.port}; }
    location /unbuffered/ { proxy_request_buffering off; proxy_buffering off; proxy_pass http://127.0.0.1:${upstream.port}; }
    location /same/ { proxy_intercept_errors off; proxy_pass http://127.0.0.1:${upstream.port}; }
    location /same/down { proxy_intercept_errors off; proxy_pass http://127.0.0.1:${await closedPort()}; }
    location /nowhere { resolver 127.0.0.1:9 valid=1s; resolver_timeout 1ms; set $host_name s3cr3t.invalid; proxy_pass http://$host_name; }
    location /asked { auth_request /auth; proxy_pass http://127.0.0.1:${upstream.port}; }
    location = /auth { internal; proxy_pass http://127.0.0.1:${upstream.port}; }`;
    nginx = await startNginx(
      [functionGraph, shop, guarded].map((contract) => ({ contract, lines })),
      { "fg-errors.d/policy.conf": "add_header Strict-Transport-Security max-age=60 always;" },
    );
    [plain, extended, folded] = nginx.ports as number[];
  });

  afterAll(async () => {
    await nginx?.close();
    await upstream?.close();
  });

  const ask = (reply: string, line = "GET /orders", port = plain) => exchange(port!, request(line, replyWith(reply)));

  it.each([
    ["functionGraph", functionGraph, () => plain],
    ["an extended contract", shop, () => extended],
    ["folds of one's own", guarded, () => folded],
  ] as const)("folds every status of an upstream as core does: %s", async (_name, contract, port) => {
    const statuses = Array.from({ length: 200 }, (_, at) => 400 + at).filter((status) => ![408, 444, 499].includes(status));
    const answers = await Promise.all(statuses.map((status) => ask(errorPage(status), "GET /orders", port())));
    for (const [at, answer] of answers.entries()) {
      const { status, title, detail, code } = normalizeError(
        new UpstreamError({ status: statuses[at]!, upstream: true }, undefined),
        {
          contract,
        },
      );
      await assertEdge(answer, { status, title, detail, code }, contract);
    }
  });

  it.each<[name: string, reply: string, status: number, headers: Record<string, string | RegExp>]>([
    ["Retry-After in seconds", errorPage(503, { "Retry-After": "17" }), 503, { "retry-after": "17" }],
    [
      "Retry-After as a date",
      errorPage(429, { "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" }),
      503,
      { "retry-after": /^Wed, 21 Oct/ },
    ],
    ["Allow", errorPage(405, { Allow: "PUT, DELETE" }), 405, { allow: "PUT, DELETE" }],
    ["a 405 without Allow", errorPage(405), 405, { allow: "" }],
    ["a 405 with an Allow that is none", errorPage(405, { Allow: "<s3cr3t>" }), 405, { allow: "" }],
    [
      "a challenge",
      errorPage(401, { "WWW-Authenticate": 'Basic realm="orders"' }),
      401,
      { "www-authenticate": 'Basic realm="orders"' },
    ],
    ["a 401 without a challenge", errorPage(401), 401, { "www-authenticate": "Bearer" }],
    ["a session that has expired", errorPage(419), 401, { "www-authenticate": "Bearer" }],
    [
      "CORS",
      errorPage(404, { "Access-Control-Allow-Origin": "https://a.example", Vary: "Origin" }),
      404,
      { "access-control-allow-origin": "https://a.example", vary: "Origin" },
    ],
    ["RateLimit", errorPage(429, { RateLimit: '"default";r=0;t=5' }), 503, { ratelimit: '"default";r=0;t=5' }],
    ["fields that a file adds", errorPage(404), 404, { "strict-transport-security": "max-age=60" }],
  ])("sends %s", async (_name, reply, status, headers) => {
    // oxlint-disable-line
    await assertEdge(await ask(reply), { status, headers });
  });

  it.each(["-1", "s3cr3t", "1e9", "9".repeat(10), ""])("sends no Retry-After that is none: %s", async (value) => {
    const octets = await ask(errorPage(503, { "Retry-After": value }));
    await assertEdge(octets, { status: 503 });
    expect(parseAnswer(octets).headers.has("retry-after")).toBe(false);
  });

  it("sends nothing else of an upstream's head", async () => {
    const fields = {
      "Content-Encoding": "gzip",
      "Set-Cookie": "a=s3cr3t",
      Link: "<s3cr3t>",
      "X-Accel-Redirect": "/s3cr3t",
      "Proxy-Authenticate": "s3cr3t",
      "Content-Language": "en",
      Expires: "0",
      Refresh: "0; url=s3cr3t",
    };
    const octets = await ask(errorPage(500, fields));
    await assertEdge(octets, { status: 500 });
    expect([...parseAnswer(octets).headers.keys()].toSorted()).toEqual(
      [
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "date",
        "server",
        "strict-transport-security",
        "x-content-type-options",
        "x-request-id",
      ], // oxlint-disable-line
    );
  });

  it("has no other challenge than the contract's where the contract folds an upstream's 401", async () => {
    await assertEdge(await ask(errorPage(401), "GET /orders", folded), { status: 502 }, guarded);
    // The limit that docs/edge.md has.
    const octets = await ask(errorPage(401, { "WWW-Authenticate": "Basic" }), "GET /orders", folded);
    await assertEdge(octets, { status: 502, headers: { "www-authenticate": "Basic" } }, guarded);
  });

  it.each(["/orders", "/same/orders"])("gives upstream, field and body one id: %s", async (path) => {
    const sent = async (fields: Record<string, string>) => {
      const octets = await exchange(
        plain!,
        request(`GET ${path}`, { ...fields, ...replyWith(errorPage(404, { "X-Request-Id": "s3cr3t" })) }),
      );
      return { octets, received: /^x-request-id: *(\S+)\r?$/im.exec(upstream.heads.at(-1)!)![1]! };
    };
    const [given, made] = [await sent({ "X-Request-Id": "a1b2c3" }), await sent({ "X-Request-Id": "a b" })];
    expect([given.received, made.received]).toEqual(["a1b2c3", expect.stringMatching(/^[0-9a-f]{32}$/)]);
    if (path !== "/orders") return;
    for (const { octets, received } of [given, made])
      await assertEdge(octets, { status: 404, members: { request_id: received } });
  });

  it("answers HEAD", async () => {
    await assertEdge(await ask(errorPage(404).replace(/<.*/s, ""), "HEAD /orders"), { status: 404, head: true });
  });

  it("answers a client that takes JSON", async () => {
    const fields = { ...replyWith(errorPage(404)), Accept: "application/json" };
    await assertEdge(await exchange(plain!, request("GET /orders.html", fields)), {
      status: 404,
      headers: { "content-type": "application/json" },
    });
  });

  it("answers an upload, and keeps the connection", async () => {
    const upload = request("POST /orders", { Connection: "keep-alive", ...replyWith(errorPage(503)) }, "x".repeat(100_000));
    const octets = await exchange(plain!, upload + request("GET /orders"));
    const [first = "", second = ""] = octets.split(/(?=HTTP\/1\.1 )/);
    await assertEdge(first, { status: 503 });
    expect(second).toMatch(/^HTTP\/1\.1 200 [^]*fine$/);
  });

  it.each(["GET", "POST"])("answers without buffers: %s", async (method) => {
    const fields = { ...replyWith(errorPage(503)), "Transfer-Encoding": "chunked" };
    const octets = request(`${method} /unbuffered/orders`, method === "POST" ? fields : replyWith(errorPage(503)));
    await assertEdge(await exchange(plain!, octets + (method === "POST" ? "1\r\nx\r\n0\r\n\r\n" : "")), { status: 503 });
  });

  it("answers for a name that does not resolve", async () => {
    await assertEdge(await exchange(plain!, request("GET /nowhere")), { status: 502 });
  });

  it.each([
    [401, 401],
    [403, 403],
    [500, 500],
  ])("answers where an authentication service says %i", async (received, status) => {
    await assertEdge(await ask(errorPage(received), "GET /asked"), { status });
  });

  it("asks for the credentials that an authentication service wants", async () => {
    const octets = await ask(errorPage(401, { "WWW-Authenticate": "Digest a=b" }), "GET /asked");
    await assertEdge(octets, { status: 401, headers: { "www-authenticate": "Digest a=b" } });
  });

  it("leaves successes and redirects alone", async () => {
    expect(await exchange(plain!, request("GET /orders"))).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\nfine$/);
    const redirect = parseAnswer(await ask(errorPage(302, { Location: "/x" })));
    expect([redirect.status, redirect.text]).toEqual([302, "<h1>s3cr3t</h1>"]);
  });

  it.each(["408", "444", "499", "600", "999"])("cannot replace %s, as docs/edge.md says", async (status) => {
    expect(await ask(errorPage(status))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  describe("whose service answers by the contract", () => {
    const respond = createResponder({ contract: shop, onError() {} });
    const { status, headers, body } = respond(problem(409, "Only 2 are left.", { code: "SHOP.1001", stack: false }), {
      headers: { "x-request-id": "a1b2c3" },
      url: "/orders/17",
    });
    const reply = `HTTP/1.1 ${status} Conflict\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("")}\r\n${body}`;

    it("passes its answer on, octet by octet", async () => {
      const octets = await ask(reply, "GET /same/orders", extended);
      await assertEdge(octets, { status: 409, code: "SHOP.1001", detail: "Only 2 are left." }, shop);
      expect(parseAnswer(octets).text).toBe(body);
    });

    it("answers for it where it does not", async () => {
      await assertEdge(await exchange(extended!, request("GET /same/down")), { status: 502, code: "SHOP.0502" }, shop);
    });

    it("replaces its answer without that location", async () => {
      await assertEdge(await ask(reply, "GET /orders", extended), { status: 409, code: "SHOP.0409" }, shop);
    });
  });
});
