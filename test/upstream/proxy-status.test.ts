// RFC 9209's Proxy-Status: what this gateway says of what happened to it.
import type { RequestListener } from "node:http";
import { extendContract, functionGraph, problem, rfc9110, UpstreamError } from "@fg-errors/core";
import { proxyErrors } from "@fg-errors/core/upstream";
import { createResponder, type Finding, type ProxyErrorType, type ResponderOptions } from "@fg-errors/core";
import { meant } from "@fg-errors/core/adapter";
import axios from "axios";
import { describe, expect, it } from "vitest";
import { parseList, Token } from "structured-headers";
import { withServer } from "../wire.js";

const quiet = { proxyName: "gw", onError() {} };

/** What a responder says of a failure. */
const said = (thrown: unknown, options: ResponderOptions = {}) =>
  createResponder({ ...quiet, ...options })(thrown, { headers: {} }).headers["proxy-status"]!;

const nodes = (code: string, members: object = {}) => Object.assign(new Error("s3cr3t"), { code, ...members });
const refused = nodes("ECONNREFUSED", { syscall: "connect", address: "10.0.0.7", port: 8080 });
const relayed = (status: number) => new UpstreamError({ status, upstream: true }, undefined);
const alerted = Object.assign(new Error("write EPROTO error:0A000410:ssl3_read_bytes:SSL alert number 40"), {
  code: "EPROTO",
});
const broken = meant({ status: 502, proxyError: "http_response_incomplete", receivedStatus: 200 });

describe("this gateway's member", () => {
  it("is not there without a name", () => {
    const { headers } = createResponder({ onError() {} })(refused, { headers: {}, responseHeaders: { "proxy-status": "cdn" } });
    expect(headers).not.toHaveProperty("proxy-status");
  });

  it.each(Object.entries(proxyErrors))("says %s, with its own parameters at most", (type, { status, parameters }) => {
    const finding: Finding = { status: status ?? 404, proxyError: type as ProxyErrorType };
    const [[name, found]] = parseList(said(meant(finding))) as [[Token, Map<string, unknown>]];
    expect(name).toEqual(new Token("gw"));
    expect(found.get("error")).toEqual(new Token(type));
    expect(["error", ...Object.keys(parameters)]).toEqual(expect.arrayContaining([...found.keys()]));
  });

  it.each<[string, unknown, Record<string, unknown>]>([
    ["dns_error", nodes("ENOTFOUND", { syscall: "getaddrinfo" }), { rcode: "NXDOMAIN" }],
    ["tls_alert_received", alerted, { "alert-id": 40, "alert-message": "handshake_failure" }],
    ["http_response_transfer_coding", nodes("HPE_INVALID_CHUNK_SIZE"), { coding: new Token("chunked") }],
  ])("adds the parameters of the type %s", (type, thrown, parameters) => {
    const [[, found]] = parseList(said(thrown)) as [[Token, Map<string, unknown>]];
    expect(Object.fromEntries(found)).toEqual({ error: new Token(type), ...parameters });
  });

  const teapot = extendContract(functionGraph, { 460: { title: "Gone Fishing", description: "Later." } });

  it.each<[string, unknown, string, ResponderOptions?]>([
    ["a fault", refused, "gw;error=connection_refused"],
    ["an own 500", new Error("s3cr3t"), "gw;error=proxy_internal_error"],
    ["another own 5xx", problem(503, "Closed"), "gw;error=proxy_internal_response"],
    ["an own 4xx", problem(404), 'gw;error=http_request_error;status-code=404;status-phrase="Not Found"'],
    ["one that was folded", problem(422), 'gw;error=http_request_error;status-code=400;status-phrase="Bad Request"'],
    ["one that has no phrase", problem(460), "gw;error=http_request_error;status-code=460", { contract: teapot }],
    ["an upstream's error", relayed(404), "gw"],
    ["one that was folded", relayed(410), "gw;received-status=410"],
    ["one that was not, by another contract", relayed(410), "gw", { contract: rfc9110 }],
    ["one that was changed", relayed(404), "gw;received-status=404", { map: () => ({ status: 409 }) }],
    ["content that broke off", broken, "gw;error=http_response_incomplete;received-status=200"],
    ...[Number.NaN, 404.5, 1e20].map((receivedStatus): [string, unknown, string] => [
      `a status that cannot be one (${receivedStatus})`,
      meant({ status: 502, proxyError: "http_protocol_error", receivedStatus }),
      "gw;error=http_protocol_error",
    ]),
  ])("names %s", (_what, thrown, field, options) => {
    expect(said(thrown, options)).toBe(field);
  });

  it.each([
    [404, "gw;received-status=404"],
    [502, "gw"],
    [999, "gw;error=http_protocol_error;received-status=999"],
  ])("names an upstream's %i that a client threw", async (status, field) => {
    const upstream: RequestListener = (_request, response) => void response.writeHead(status).end();
    const thrown: unknown = await withServer(upstream, (port) =>
      axios.get(`http://127.0.0.1:${port}`).catch((error: unknown) => error),
    );
    expect(said(thrown)).toBe(field);
  });

  it.each([
    ["edge-1.example:8080/a", new Token("edge-1.example:8080/a")],
    ["*", new Token("*")],
    ["10.0.0.7:8080", "10.0.0.7:8080"],
    ['the "edge"\\', 'the "edge"\\'],
    ["a b", "a b"],
    [`a${"b".repeat(254)}`, new Token(`a${"b".repeat(254)}`)],
  ])("has the name %j", (proxyName, name) => {
    expect(parseList(said(problem(503), { proxyName }))[0]![0]).toEqual(name);
  });

  // The one other gateway that is known to give these types to what happens to it.
  it.each([
    ["UH", nodes("EOPENBREAKER"), "destination_unavailable"],
    ["UT", nodes("UND_ERR_HEADERS_TIMEOUT"), "http_response_timeout"],
    ["LR", nodes("ETIMEDOUT", { syscall: "connect" }), "connection_timeout"],
    ["UF", refused, "connection_refused"],
    ["UC", nodes("ECONNRESET", { syscall: "read" }), "connection_terminated"],
    ["UO", nodes("ESEMLOCKED"), "connection_limit_reached"],
    ["UPE", nodes("HPE_INVALID_CONSTANT"), "http_protocol_error"],
    ["DF", nodes("ENOTFOUND", { syscall: "getaddrinfo" }), "dns_error"],
  ])("says what Envoy says with its flag %s", (_flag, thrown, type) => {
    expect(said(thrown).split(";")[1]).toBe(`error=${type}`);
  });
});

describe("details", () => {
  const details = (thrown: unknown) => said(thrown, { proxyDetails: true });
  const reported = 'gw;error=connection_refused;next-hop="10.0.0.7:8080";details="ECONNREFUSED"';

  it.each<[string, unknown, string]>([
    ["a system call", refused, reported],
    ["what wraps it", new TypeError("fetch failed", { cause: refused }), reported],
    ["what broke a session of HTTP/2", nodes("ERR_HTTP2_STREAM_CANCEL", { cause: refused }), reported],
    ["the first of several addresses", Object.assign(new AggregateError([refused]), { code: "ECONNREFUSED" }), reported],
    [
      "a name that does not exist",
      nodes("ENOTFOUND", { syscall: "getaddrinfo", hostname: "orders.internal" }),
      'gw;error=dns_error;next-hop="orders.internal";details="ENOTFOUND"',
    ],
    [
      "an address of IPv6",
      nodes("ECONNREFUSED", { syscall: "connect", address: "::1", port: 80 }),
      'gw;error=connection_refused;next-hop="[::1]:80";details="ECONNREFUSED"',
    ],
    [
      "a socket of undici's",
      nodes("UND_ERR_SOCKET", { socket: { remoteAddress: "10.0.0.7", remotePort: 8080 } }),
      'gw;error=connection_terminated;next-hop="10.0.0.7:8080";details="UND_ERR_SOCKET"',
    ],
    [
      "a certificate of somebody else's",
      nodes("ERR_TLS_CERT_ALTNAME_INVALID", { host: "orders.internal" }),
      'gw;error=tls_certificate_error;next-hop="orders.internal";details="ERR_TLS_CERT_ALTNAME_INVALID"',
    ],
    ["an upstream's error, of which there are none", relayed(404), "gw"],
    ["an own error, of which there are none", nodes("s3cr3t", { address: "10.0.0.7" }), "gw;error=proxy_internal_error"],
  ])("name %s", (_what, thrown, field) => {
    expect(details(thrown).replace(/;rcode="\w+"/, "")).toBe(field);
  });

  it.each([
    ["an address that is no text", { address: { toString: (): string => "s3cr3t" } }],
    ["an address that cannot be written", { address: 's3cr3t\r\nSet-Cookie: "a=1' }],
    ["an address without end", { address: "s3cr3t".repeat(100) }],
    ["a port that is none", { address: "10.0.0.7", port: Symbol("s3cr3t") }],
    ["a code that is a sentence", { cause: nodes("s3cr3t is down") }],
    ["a revoked Proxy", { socket: revoked() }],
  ])("survive %s", (_what, members) => {
    const field = details(nodes("ECONNREFUSED", members));
    expect(parseList(field)[0]![1].get("error")).toEqual(new Token("connection_refused"));
    expect(field).not.toContain("s3cr3t");
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
