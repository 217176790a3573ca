// What a gateway's own limits and upgrades fail with.
import { once } from "node:events";
import { normalizeError } from "@fg-errors/core";
import { classifyFault } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { Agent, BalancedPool, interceptors, request } from "undici";
import { Agent as Agent6, BalancedPool as BalancedPool6, request as request6 } from "undici6";
import WebSocket from "ws";
import { faultInMessage } from "../../packages/core/src/recognisers/fault-in-message.js";
import { scaled } from "../patience.js";
import { failure, outcome } from "../recognisers/outcome.js";
import type { Upstream } from "./fault.js";
import { end, http } from "./upstreams.js";

describe("undici's own limits", () => {
  it.each([
    ["7", () => request("http://s3cr3t.test", { dispatcher: new BalancedPool([]) })],
    ["6", () => request6("http://s3cr3t.test", { dispatcher: new BalancedPool6([]) })],
  ])("a pool without an upstream, undici %s", async (_version, call) => {
    expect(outcome(await failure(call))).toEqual([503, "destination_unavailable", undefined]);
  });

  it("more origins than allowed", async () => {
    const dispatcher = new Agent({ maxOrigins: 1 });
    const call = async () => {
      await request(upstream.url, { dispatcher });
      await request(upstream.url.replace("127.0.0.1", "localhost"), { dispatcher });
    };
    const upstream = await http(end("HTTP/1.1 204 No Content\r\n\r\n"))();
    const error = await failure(call);
    await upstream.close();
    expect(outcome(error)).toEqual([503, "connection_limit_reached", undefined]);
  });

  it("a name without an address, of its own cache of names", async () => {
    const lookup = (_origin: unknown, _options: unknown, found: (error: null, addresses: []) => void) => found(null, []);
    const dispatcher = new Agent().compose(interceptors.dns({ lookup: lookup as never }));
    expect(outcome(await failure(() => request("http://s3cr3t.test", { dispatcher })))).toEqual([502, "dns_error", undefined]);
  });

  it("a dispatcher that was closed", async () => {
    const dispatcher = new Agent6();
    await dispatcher.close();
    expect(outcome(await failure(() => request6("http://127.0.0.1:9", { dispatcher })))).toEqual([
      502,
      "connection_terminated",
      undefined,
    ]);
  });
});

describe("a WebSocket that ws does not get", () => {
  const head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
  const late = [504, "http_response_timeout", undefined];
  const failed = [502, "http_upgrade_failed", undefined];

  it.each([
    ["401", end("HTTP/1.1 401 S3cr3t\r\nContent-Length: 0\r\n\r\n"), failed],
    ["200", end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), failed],
    ["another key", end(`${head}Sec-WebSocket-Accept: s3cr3t\r\n\r\n`), failed],
    ["nothing", () => undefined, late],
    ["garbage", end("s3cr3t"), [502, "http_protocol_error", undefined]],
    ["an end", end(), [502, "connection_terminated", undefined]],
  ])("but %s", async (_name, deed, expected) => {
    const upstream: Upstream = await http(deed)();
    const socket = new WebSocket(upstream.url.replace("http", "ws"), { handshakeTimeout: scaled(200) });
    const [error] = (await once(socket, "error").catch((thrown: unknown) => [thrown])) as [Error];
    await upstream.close();
    expect(outcome(error)).toEqual(expected);
    expect(outcome(new Error("s3cr3t", { cause: error }))).toEqual(expected);
  });

  it.each([
    "Server sent a subprotocol but none was requested",
    "Server sent an invalid subprotocol",
    "Server sent no subprotocol",
    "Server sent a Sec-WebSocket-Extensions header but no extension was requested",
    "Server indicated an extension that was not requested",
    "Invalid Sec-WebSocket-Extensions header",
  ])("%s", (message) => {
    expect(outcome(new Error(message))).toEqual(failed);
  });

  it.each(["Server sent s3cr3t", "Unexpected server response: s3cr3t", "Invalid Upgrade header"])("%s: anybody's", (message) => {
    expect(outcome(new Error(message))).toEqual([500, undefined, undefined]);
  });
});

describe("a time limit of got's", () => {
  it.each([
    ["lookup", "dns_timeout"],
    ["connect", "connection_timeout"],
    ["secureConnect", "connection_timeout"],
    ["socket", "connection_read_timeout"],
    ["send", "connection_write_timeout"],
    ["response", "http_response_timeout"],
    ["read", "connection_read_timeout"],
    ["request", "http_response_timeout"],
    ["constructor", "http_response_timeout"],
  ])("for %s", (event, type) => {
    const members = { name: "TimeoutError", code: "ETIMEDOUT", event, timings: {}, options: {} };
    expect(outcome(Object.assign(new Error(`Timeout awaiting '${event}' for 1ms`), members))).toEqual([504, type, undefined]);
  });
});

describe("a message alone", () => {
  it("distinguishes an alert from other faults of TLS", () => {
    const message =
      "write EPROTO 0:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:rec.c:1:SSL alert number 40";
    expect(faultInMessage(message)?.proxyError).toBe("tls_alert_received");
    expect(faultInMessage("write EPROTO 0:error:0A00010B:SSL routines:ssl3_get_record:wrong version number")?.proxyError).toBe(
      "tls_protocol_error",
    );
  });
});

/** RFC 9113 section 7 */
describe("codes of HTTP/2", () => {
  const names =
    `NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR REFUSED_STREAM
    CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED`.split(/\s+/);
  const wrong = new Set([
    "PROTOCOL_ERROR",
    "FLOW_CONTROL_ERROR",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "COMPRESSION_ERROR",
    "HTTP_1_1_REQUIRED",
  ]);
  const typeOf = (name: string) =>
    wrong.has(name) ? "http_protocol_error" : name === "INADEQUATE_SECURITY" ? "tls_protocol_error" : "connection_terminated";

  it.each(names.map((name, code) => [code, name, typeOf(name)] as const))("%i %s", (code, name, type) => {
    const message = `Stream closed with error code NGHTTP2_${name}`;
    expect(classifyFault({ code: "ERR_HTTP2_STREAM_ERROR", message })).toBe(type);
    expect(classifyFault({ code: "ERR_HTTP2_SESSION_ERROR", message: `Session closed with error code ${code}` })).toBe(type);
    expect(classifyFault({ code: "UND_ERR_SOCKET", message: `HTTP/2: "GOAWAY" frame received with code ${code}` })).toBe(type);
  });
});

describe("a status below 100", () => {
  it("is undici's assertion, whatever its text, but an assertion of the application's is a bug", () => {
    const assertion = Object.assign(new Error("false == true"), { name: "AssertionError", code: "ERR_ASSERTION" });
    expect(outcome(new TypeError("fetch failed", { cause: assertion }))).toEqual([502, "http_protocol_error", undefined]);
    expect(normalizeError(assertion).status).toBe(500);
  });
});
