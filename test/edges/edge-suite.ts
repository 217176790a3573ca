// What every edge does that replaces replies by their head, HAProxy and Caddy.
import { functionGraph } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { passedFields, removedFields } from "../../packages/contract/src/edges/edge-answers.js";
import { exchange, parseAnswer, request } from "../wire.js";
import {
  acceptValues,
  brokenReplies,
  coreBody,
  coreMediaType,
  exchangeHttp2,
  fieldIn,
  unusualContract,
  upstreamStatuses,
} from "./edge-cases.js";
import { assertEdge, errorPage, replyWith, stallAfter } from "./edge-upstream.js";

/** Sends a request, and gives all octets of the answer. */
type Ask = (...args: Parameters<typeof request>) => Promise<string>;

export interface Edge {
  readonly ask: Ask;
  /** Asks a site that has `unusualContract`. */
  readonly unusual: Ask;
  /** Ports of HTTP/1 and, without TLS, of HTTP/2. */
  readonly ports: () => { readonly web: number; readonly h2: number };
  /** Heads of the requests that the upstream has got. */
  readonly heads: () => readonly string[];
  /** Status for an upstream that refuses connections. */
  readonly down: number;
  /** Characters of the longest path that answers repeat. */
  readonly longestPath: number;
  /** Names of broken replies that pass. */
  readonly tolerated?: readonly string[];
}

/** Describes an edge that passes all requests to the upstream, but denies /deny/NNN with that status, and has no upstream for /down/. */
export function describeReplies({ ask, unusual, ports, heads, down, longestPath, tolerated = [] }: Edge): void {
  describe("replies that are replaced", () => {
    it.each(upstreamStatuses)("has a status %i leave as %i", async (received, status) => {
      const body = await assertEdge(await ask("GET /orders/17?token=s3cr3t", replyWith(errorPage(received))), {
        status,
        members: { instance: "/orders/17" },
      });
      expect(body).toMatchObject(coreBody(functionGraph, status));
    });

    it.each(brokenReplies.filter(([name]) => !tolerated.includes(name)))("answers for %s", async (_name, octets) => {
      await assertEdge(await ask("GET /orders", replyWith(octets)), { status: 502, members: { instance: "/orders" } });
    });

    it("answers for an error reply whose content never ends", async () => {
      const page = errorPage(404, { "Content-Length": "1000" });
      await assertEdge(await ask("GET /", stallAfter(page)), { status: 404 });
      await assertEdge(await ask("GET /", replyWith(page)), { status: 404 });
    });

    it.each(["120", "Fri, 31 Dec 1999 23:59:59 GMT"])("keeps Retry-After: %s", async (value) => {
      const fields = { "Retry-After": value };
      await assertEdge(await ask("GET /", replyWith(errorPage(429, fields))), { status: 503, headers: fields });
    });

    it.each(["", "soon", "-1", "1.5", "s3cr3t"])("drops Retry-After: %s", async (value) => {
      const answer = await ask("GET /", replyWith(errorPage(503, { "Retry-After": value })));
      await assertEdge(answer, { status: 503 });
      expect(parseAnswer(answer).headers.has("retry-after")).toBe(false);
    });

    it("keeps up to three challenges of a 401", async () => {
      const page = errorPage(401, {
        "WWW-Authenticate": "Negotiate\r\nWWW-Authenticate: Basic realm=a, Digest realm=b\r\nWWW-Authenticate: Bearer",
      });
      await assertEdge(await ask("GET /", replyWith(page)), {
        status: 401,
        headers: { "WWW-Authenticate": "Negotiate, Basic realm=a, Digest realm=b, Bearer" },
      });
    });

    it.each([{}, { "WWW-Authenticate": "" }, { "WWW-Authenticate": '"s3cr3t"' }])(
      "challenges where a 401 has %j",
      async (fields) => {
        await assertEdge(await ask("GET /", replyWith(errorPage(401, fields))), {
          status: 401,
          headers: { "WWW-Authenticate": "Bearer" },
        });
      },
    );

    it.each([
      ["GET, HEAD", { Allow: "GET, HEAD" }],
      ["GET, POST, PUT", { Allow: "GET\r\nAllow: POST\r\nAllow: PUT" }],
      ["", { Allow: "" }],
      ["", {}],
    ])("has the Allow %j for a 405 with %j", async (allow, fields) => {
      const answer = await ask("DELETE /", replyWith(errorPage(405, fields)));
      await assertEdge(answer, { status: 405, headers: { Allow: allow } });
    });

    it("drops a field that belongs to another status", async () => {
      const fields = { Allow: "GET", "WWW-Authenticate": "Basic", "Content-Range": "bytes */7", "Proxy-Authenticate": "Basic" };
      const { headers } = parseAnswer(await ask("GET /", replyWith(errorPage(407, fields))));
      for (const name of Object.keys(fields)) expect(headers.has(name), name).toBe(false);
    });

    it("keeps the fields that a browser needs to read the answer, and cookies", async () => {
      const fields = Object.fromEntries(passedFields.map((name) => [name, `value-of-${name}`]));
      const page = errorPage(429, { ...fields, "Set-Cookie": "a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: c=3" });
      const answer = await ask("GET /", replyWith(page));
      await assertEdge(answer, { status: 503, headers: fields });
      expect(parseAnswer(answer).headers.getSetCookie()).toEqual(["a=1", "b=2", "c=3"]);
    });
  });

  it("answers for a reply with long fields", async () => {
    const cookies = ["a", "b", "c"].map((name) => `${name}={x4600}`);
    const answer = await ask("GET /", replyWith(errorPage(401, { "Set-Cookie": cookies.join("\r\nSet-Cookie: ") })));
    await assertEdge(answer, { status: 401 });
  });

  describe("replies that pass", () => {
    const body = JSON.stringify({
      ...coreBody(functionGraph, 409),
      error_code: "SHOP.1001",
      instance: "/a",
      request_id: "a1b2c3",
    });
    const own = (status: number, fields: Readonly<Record<string, string>> = {}) =>
      `HTTP/1.1 ${status} Conflict\r\n${Object.entries({
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": "a1b2c3",
        "Content-Length": String(body.length),
        Connection: "close",
        ...fields,
      })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join("")}\r\n${body}`;
    const asked = { "X-Request-Id": "a1b2c3" };
    const ofOtherContent = Object.fromEntries(removedFields.map((name) => [name, "s3cr3t"]));

    it.each(["application/problem+json", "application/problem+json; charset=utf-8", "Application/Problem+JSON"])(
      "has a service of the contract answer with %s",
      async (type) => {
        const answer = await ask("GET /a", {
          ...asked,
          ...replyWith(own(409, { "Content-Type": type, ...ofOtherContent })),
        });
        expect(parseAnswer(answer)).toMatchObject({ status: 409, text: body });
        expect(parseAnswer(answer).headers.get("content-type")).toBe(type);
        if (type === "application/problem+json") await assertEdge(answer, { status: 409, code: "SHOP.1001" });
      },
    );

    it("has a service of the contract answer with application/json, where Accept takes that alone", async () => {
      const reply = replyWith(own(409, { "Content-Type": "application/json" }));
      await assertEdge(await ask("GET /a", { ...asked, ...reply, Accept: "application/json" }), {
        status: 409,
        code: "SHOP.1001",
      });
    });

    it.each([
      ["application/json of another service", own(409, { "Content-Type": "application/json", "Cache-Control": "no-cache" }), 409],
      ["application/json with another id", own(409, { "Content-Type": "application/json", "X-Request-Id": "other" }), 409],
      ["a problem with a status outside the contract", own(429), 503],
      ["a problem with a status of the hop", own(407), 502],
      ["a problem with no status", own(999), 502],
    ])("replaces %s", async (_name, octets, status) => {
      await assertEdge(await ask("GET /a", { ...asked, ...replyWith(octets) }), { status, code: `FSS.0${status}` });
    });

    it("adds an id where a reply has none", async () => {
      const reply = own(409).replace("X-Request-Id: a1b2c3\r\n", "");
      await assertEdge(await ask("GET /a", { ...asked, ...replyWith(reply) }), { status: 409, code: "SHOP.1001" });
    });

    it("adds what a 401 of the contract lacks", async () => {
      const { status, headers } = parseAnswer(await ask("GET /a", { ...asked, ...replyWith(own(401)) }));
      expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    });

    it("passes an answer to HEAD", async () => {
      const answer = await ask("HEAD /a", { ...asked, ...replyWith(own(409).replace(body, "")) });
      await assertEdge(answer, { head: true, status: 409 });
    });

    it.each([200, 201, 204, 206, 301, 304])("leaves a %i alone", async (status) => {
      const fields = { ETag: '"1"', "Cache-Control": "max-age=60" };
      const { status: received, headers } = parseAnswer(await ask("GET /", replyWith(errorPage(status, fields))));
      expect([received, headers.get("x-request-id"), headers.get("x-content-type-options")]).toEqual([status, null, null]);
      for (const [name, value] of Object.entries(fields)) expect(headers.get(name)).toBe(value);
    });
  });

  it("leaves an upgrade alone", async () => {
    const fields = { Connection: "Upgrade", Upgrade: "example" };
    const reply = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: example\r\n\r\nhello";
    expect(await ask("GET /", { ...fields, ...replyWith(reply) })).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\nhello$/s);
  });

  it("replaces a reply behind an interim one", async () => {
    const octets = await ask("GET /", replyWith(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${errorPage(410)}`));
    await assertEdge(octets.replace(/^HTTP\/1\.1 103 .*?\r\n\r\n/s, ""), { status: 404 });
  });

  describe("functions that fail behind a success", () => {
    it.each([
      [200, { "X-Func-Err-Code": "4002" }],
      [200, { "X-Func-Err-Code": "FSS.1051" }],
      [201, { "X-Func-Err-Code": "500" }],
      [200, { "X-Inner-Code": "4010", "X-Func-Err-Code": "0" }],
      [200, { "X-Is-Func-Err": "true" }],
      [200, { "X-Is-Func-Err": "True" }],
      [500, { "X-Func-Err-Code": "4002" }],
    ])("are answered for a %i with %j", async (status, fields) => {
      await assertEdge(await ask("GET /", replyWith(errorPage(status, fields))), { status: status === 500 ? 500 : 502 });
    });

    it.each([
      [200, { "X-Func-Err-Code": "0" }],
      [200, { "X-Func-Err-Code": "200", "X-Is-Func-Err": "false" }],
      [302, { "X-Func-Err-Code": "4002" }],
    ])("are not seen in a %i with %j", async (status, fields) => {
      expect(parseAnswer(await ask("GET /", replyWith(errorPage(status, fields)))).status).toBe(status);
    });
  });

  describe("what an answer repeats of the request", () => {
    it.each([
      ["/orders/17?token=s3cr3t", "/orders/17"],
      ["/", "/"],
      ["/?token=s3cr3t", "/"],
      ["/a%20b%22%0a/", "/a%20b%22%0a/"],
      ["/~user/!$&'()*+,;=:@-._", "/~user/!$&'()*+,;=:@-._"],
      ["//evil.example/a", "/"],
      ['/a"b', "/"],
      ["/a\\b", "/"],
      ["/<script>", "/"],
      ["/a{b}|c^d`e", "/"],
      ["http://gateway.example/absolute?token=s3cr3t", "/absolute"],
      [`/${"a".repeat(longestPath - 1)}`, `/${"a".repeat(longestPath - 1)}`],
      [`/${"a".repeat(longestPath)}`, "/"],
    ])("is the path of %s", async (target, instance) => {
      await assertEdge(await ask(`GET ${target}`, replyWith(errorPage(404))), { status: 404, members: { instance } });
    });

    it.each(["a", "0123-4567_89.AB", "x".repeat(128)])("is the client's id %s, which the upstream gets too", async (id) => {
      await assertEdge(await ask("GET /", { "X-Request-Id": id, ...replyWith(errorPage(404)) }), {
        status: 404,
        headers: { "X-Request-Id": id },
      });
      expect(fieldIn(heads().at(-1), "x-request-id")).toBe(id);
    });

    it.each(["", "x".repeat(129), "a b", "a,b", 'a"b', "%[path]", "a\r\nX-Request-Id: b"])(
      "is a new id for %j, which the upstream gets too",
      async (id) => {
        const { request_id: made } = await assertEdge(await ask("GET /", { "X-Request-Id": id, ...replyWith(errorPage(404)) }), {
          status: 404,
        });
        expect(made).toMatch(/^[0-9a-f-]{36}$/);
        expect(
          heads()
            .at(-1)!
            .match(/(?<=^x-request-id: ).*$/gim),
        ).toEqual([made]);
      },
    );

    const trace = "0123456789abcdef0123456789abcdef";

    it.each([
      [{ "X-Cff-Request-Id": "c3", traceparent: `00-${trace}-0123456789abcdef-01` }, "c3"],
      [{ "X-Request-Id": "a b", "X-Cff-Request-Id": "a,b", traceparent: `00-${trace}-0123456789abcdef-01` }, trace],
      [{ traceparent: `cc-${trace}-0123456789abcdef-00-more` }, trace],
      [{ traceparent: `ff-${trace}-0123456789abcdef-01` }, undefined],
      [{ traceparent: `00-${"0".repeat(32)}-0123456789abcdef-01` }, undefined],
      [{ traceparent: `00-${trace}-${"0".repeat(16)}-01` }, undefined],
      [{ traceparent: `00-${trace}-0123456789abcdef` }, undefined],
    ])("is the id in %j: %s", async (fields, id) => {
      const { request_id: sent } = await assertEdge(await ask("GET /", { ...fields, ...replyWith(errorPage(404)) }), {
        status: 404,
      });
      expect(fieldIn(heads().at(-1), "x-request-id")).toBe(sent);
      if (id === undefined) expect(sent).toMatch(/^[0-9a-f-]{36}$/);
      else expect(sent).toBe(id);
    });

    it.each(acceptValues)("is a media type that %s takes", async (accept) => {
      const headers = { "Content-Type": coreMediaType(accept)! };
      await assertEdge(await ask("GET /", { Accept: accept, ...replyWith(errorPage(404)) }), { status: 404, headers });
      await assertEdge(await ask("GET /deny/403", { Accept: accept }), { status: 403, headers });
    });
  });

  describe("connections", () => {
    it.each(["HEAD /deny/403", "HEAD /down/"])("answers %s without content", async (line) => {
      await assertEdge(await ask(line), { head: true });
    });

    it("answers HEAD for an upstream's reply without content", async () => {
      const reply = errorPage(404).replace(/<h1>.*/, "");
      await assertEdge(await ask("HEAD /", replyWith(reply)), { head: true, status: 404 });
    });

    it("answers HTTP/1.0", async () => {
      for (const path of ["/deny/403", "/down/"])
        await assertEdge(await exchange(ports().web, `GET ${path} HTTP/1.0\r\n\r\n`), { status: path === "/down/" ? down : 403 });
    });

    it("answers the next request on the connection, with another id", async () => {
      const next = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
      const upload = "POST /deny/403 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
      const octets = await exchange(ports().web, `${next("/down/1")}${next("/deny/404")}${upload}${request("GET /deny/405")}`);
      const answers = octets.split(/(?=HTTP\/1\.1 )/);
      const bodies = [];
      for (const [at, status] of [down, 404, 403, 405].entries()) bodies.push(await assertEdge(answers[at]!, { status }));
      expect(new Set(bodies.map((body) => body["request_id"])).size).toBe(4);
      expect(bodies.map((body) => body["instance"])).toEqual(["/down/1", "/deny/404", "/deny/403", "/deny/405"]);
    });

    it.each([
      ["/deny/403", 403],
      ["/down/", down],
      ["/orders", 429],
    ])("answers over HTTP/2 for %s", async (path, received) => {
      const answer = await exchangeHttp2(ports().h2, {
        ":path": path,
        "x-request-id": "a1b2c3",
        ...lowerCased(replyWith(errorPage(received))),
      });
      await assertEdge(answer, { status: received === 429 ? 503 : received, members: { instance: path, request_id: "a1b2c3" } });
    });

    it("answers HEAD over HTTP/2", async () => {
      await assertEdge(await exchangeHttp2(ports().h2, { ":method": "HEAD", ":path": "/deny/403" }), { head: true, status: 403 });
    });
  });

  describe("another contract", () => {
    const folded = new Set([407, 408]);

    it.each(
      Object.keys(unusualContract.statuses)
        .map(Number)
        .filter((status) => status >= 400 && !folded.has(status)),
    )("has an upstream's %i leave as core's", async (status) => {
      const answer = await unusual("GET /a", replyWith(errorPage(status, { Upgrade: "TLS/1.2" })));
      expect(JSON.parse(parseAnswer(answer).text)).toMatchObject(coreBody(unusualContract, status));
      if (status !== 507 && status !== 511) await assertEdge(answer, { status, code: `SHOP.0${status}` }, unusualContract);
    });

    it.each([
      [416, { "Content-Range": "bytes */7" }],
      [426, { Upgrade: "TLS/1.2" }],
    ])("keeps what belongs to a %i", async (status, headers) => {
      await assertEdge(await unusual("GET /a", replyWith(errorPage(status, headers))), { status, headers }, unusualContract);
    });

    it.each([
      [407, 502],
      [408, 504],
      [410, 403],
      [418, 422],
      [419, 401],
      [412, 409],
      [999, 502],
    ])("folds an upstream's %i to %i", async (received, status) => {
      await assertEdge(await unusual("GET /a", replyWith(errorPage(received))), { status }, unusualContract);
    });

    it.each([
      [408, 408],
      [410, 403],
      [429, 429],
    ])("has a rule's %i leave as %i", async (thrown, status) => {
      await assertEdge(await unusual(`GET /deny/${thrown}`), { status, code: `SHOP.0${status}` }, unusualContract);
    });
  });
}

const lowerCased = (fields: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
