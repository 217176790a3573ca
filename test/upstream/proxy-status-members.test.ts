// Proxy-Status beside what others said: intermediaries further on, hostile ones too; on every host and behind every gateway.
import type { RequestListener } from "node:http";
import { createResponder, problem, UpstreamError, type Facts, type ResponderOptions } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { foldedProxyStatus } from "../../packages/core/src/responder/proxy-status.js";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways } from "./upstream-gateways.js";

const quiet = { proxyName: "gw", onError() {} };
const notFound = new UpstreamError({ status: 404, upstream: true }, undefined);

const saidAfter = (before: unknown) => {
  const responseHeaders = { "proxy-status": before } as Facts["responseHeaders"];
  return createResponder(quiet)(notFound, { headers: {}, responseHeaders }).headers["proxy-status"];
};

const full = `cdn;a="${"x".repeat(4096 - 8)}"`;

it.each<[string, string | string[], string]>([
  ["a name", "cdn", "cdn, gw"],
  ["an error", "cdn;error=connection_refused", "cdn;error=connection_refused, gw"],
  ["several fields, in their order", ["lb", '"the edge"; next-hop="a:1"'], 'lb, "the edge"; next-hop="a:1", gw'],
  ["parameters that nobody knows, to the letter", "cdn; x=1.0;y=:YQ==:;z;*a=?0", "cdn; x=1.0;y=:YQ==:;z;*a=?0, gw"],
  ["spaces around it", " cdn\t,\tlb ", "cdn\t,\tlb, gw"],
  ["what just fits", full, `${full}, gw`],
])("keeps %s", (_what, before, after) => {
  expect(saidAfter(before)).toBe(after);
});

it.each<[string, unknown]>([
  ["nothing", ""],
  ["spaces", "  "],
  ["an unclosed string", 'cdn;details="s3cr3t'],
  ["a list that does not end", "s3cr3t,"],
  ["one bad member among good ones", "cdn, s3cr3t;;"],
  ["one bad field among good ones", ["cdn", "s3cr3t;x=999999999999999999"]],
  ["a number for a name", "cdn, 5"],
  ["a list for a name", "(s3cr3t cdn)"],
  ["letters beyond ASCII", 'cdn;details=%"\u0101s3cr3t"'],
  ["a line of its own", "cdn\r\nSet-Cookie: s3cr3t"],
  ["more than the type can represent", `${full}x`],
  ["a name in many parameters", `s3cr3t${";a".repeat(2048)}`],
  ["a number that is not in text", 5],
  ["an object", { toString: () => "s3cr3t" }],
  ["a symbol in a list", ["cdn", Symbol("s3cr3t")]],
])("ignores %s", (_what, before) => {
  expect(saidAfter(before)).toBe("gw");
});

it("keeps a thrower's own", () => {
  const thrown = problem(503, "Closed", { headers: { "Proxy-Status": "cdn" } });
  expect(createResponder(quiet)(thrown, { headers: {} }).headers["proxy-status"]).toBe("cdn, gw;error=proxy_internal_response");
});

it("names the status of a success that was folded", () => {
  expect(foldedProxyStatus(201, "gw", undefined)).toBe("gw;received-status=201");
  expect(foldedProxyStatus(201, "10.0.0.7", ["cdn", "lb;x"])).toBe('cdn, lb;x, "10.0.0.7";received-status=201');
  expect(foldedProxyStatus(201, "gw", "cdn;;")).toBe("gw;received-status=201");
});

/** The head of what a server answers. */
const ask = (listener: RequestListener, path = "/") =>
  withServer(listener, async (port) => parseAnswer(await exchange(port, request(`GET ${path}`))));

describe.each(hosts)("$name", ({ create }) => {
  const cors = { "access-control-allow-origin": "https://shop.example", vary: "Origin" };

  it("has it beside the fields that were there", async () => {
    const answer = await ask(
      create((_request, response) => {
        response.setHeader("Proxy-Status", ["cdn", "lb"]);
        throw problem(409);
      }, quiet),
      "/act",
    ); // prettier
    assertContract(answer);
    expect(Object.fromEntries(answer.headers)).toMatchObject(cors);
    expect(answer.headers.get("proxy-status")).toBe(
      'cdn, lb, gw;error=http_request_error;status-code=409;status-phrase="Conflict"',
    );
  });

  it("has it where there is no route", async () => {
    const { headers } = await ask(
      create(() => {}, quiet),
      "/nowhere",
    );
    expect(headers.get("proxy-status")).toContain("gw;error=http_request_error;status-code=404");
  });

  it("leaves a success alone, and an error without a name as others left it", async () => {
    const fine = await ask(
      create((_request, response) => response.writeHead(200).end(), quiet),
      "/act",
    );
    expect([fine.status, fine.headers.has("proxy-status")]).toEqual([200, false]);
    const unnamed = await ask(
      create(
        (_request, response) => {
          response.setHeader("Proxy-Status", "cdn;;");
          throw problem(409);
        },
        { onError() {} },
      ),
      "/act",
    );
    expect(unnamed.headers.get("proxy-status")).toBe("cdn;;");
  });
});

describe.each(gateways)("$name", (gateway) => {
  const through = (upstream: RequestListener, options: ResponderOptions = quiet) =>
    withServer(upstream, (port) => ask(gateway.create(port, options)));

  it("keeps what stands between it and the origin, and says what it received", async () => {
    const answer = await through((_request, response) => {
      response.setHeader("Proxy-Status", ["lb; error=connection_refused", "cdn; received-status=502"]);
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.writeHead(410).end();
    });
    expect(assertContract(answer)).toMatchObject({ status: 404 });
    const field = "lb; error=connection_refused, cdn; received-status=502, gw;received-status=410";
    expect(Object.fromEntries(answer.headers)).toMatchObject({ "proxy-status": field, "access-control-allow-origin": "*" });
  });

  it("is not flooded", async () => {
    const answer = await through((_request, response) => {
      response.writeHead(500, { "Proxy-Status": `cdn;a="${"x".repeat(12_000)}"` }).end();
    });
    expect(assertContract(answer)).toMatchObject({ status: 500 });
    expect(answer.headers.get("proxy-status")).toBe("gw");
  });

  it("says that nobody was there, and where only if it is to", async () => {
    const port = await closedPort();
    const answer = await ask(gateway.create(port, quiet));
    expect(assertContract(answer)).toMatchObject({ status: 502 });
    expect(answer.headers.get("proxy-status")).toBe("gw;error=connection_refused");
    expect(JSON.stringify([answer.text, ...answer.headers])).not.toMatch(`127\\.0\\.0\\.1|${port}`);
    const detailed = await ask(gateway.create(port, { ...quiet, proxyDetails: true }));
    const details = `next-hop="127.0.0.1:${port}";details="ECONNREFUSED"`;
    expect(detailed.headers.get("proxy-status")).toBe(`gw;error=connection_refused;${details}`);
    expect(detailed.text).not.toContain(String(port));
  });

  it("says so of a status that is none", async () => {
    const answer = await through((_request, response) => response.writeHead(999).end());
    expect(assertContract(answer)).toMatchObject({ status: 502 });
    expect(answer.headers.get("proxy-status")).toBe("gw;error=http_protocol_error;received-status=999");
  });
});
