import { normalizeError } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { faultParameters } from "../../packages/core/src/proxy-errors/fault-parameters.js";
import { proxyErrors, type ProxyErrorType } from "../../packages/core/src/proxy-errors/proxy-errors.js";
import { patience, scaled } from "../patience.js";
import { failure } from "../recognisers/outcome.js";
import { http1, type Call } from "./client-calls.js";
import { faults } from "./index.js";

const reported: readonly (readonly [fault: string, parameters: object])[] = [
  ["DNS: no such name", { rcode: "NXDOMAIN" }],
  ["DNS: no address", { rcode: "NOERROR" }],
  ["DNS: server failure", { rcode: "SERVFAIL" }],
  ["DNS: refused", { rcode: "REFUSED" }],
  ["DNS: format error", { rcode: "FORMERR" }],
  ["DNS: not implemented", { rcode: "NOTIMP" }],
  ["DNS: no answer", {}],
  ["TLS: alert", { "alert-id": 40, "alert-message": "handshake_failure" }],
  ["TLS: other version", { "alert-id": 70, "alert-message": "protocol_version" }],
  ["TLS 1.2: wants a certificate", { "alert-id": 40, "alert-message": "handshake_failure" }],
  ["TLS: plain text", {}],
  ["TLS: expired", {}],
  ["bad chunk", { coding: "chunked" }],
  ["corrupt br", { coding: "br" }],
  ["corrupt gzip", {}],
  ["refused", {}],
];

describe.each(["fetch dispatcher", "got"] as const)("what %s reports", (client) => {
  it.concurrent.each(reported)("%s", async (name, parameters) => {
    const upstream = await faults.find((fault) => fault.name === name)!.start();
    try {
      const call: Call = http1[client];
      const { proxyError, cause } = normalizeError(
        await failure(() => call(upstream, name === "DNS: no answer" ? scaled(4000) : patience)),
      );
      const found = faultParameters(proxyError!, cause);
      expect(found).toEqual(parameters);
      expect(faultParameters(proxyError!, new Error("s3cr3t", { cause }))).toEqual(parameters);
      const types = Object.entries(found).map(([key, value]) => [key, typeof value === "number" ? "integer" : "string"]);
      expect(proxyErrors[proxyError!].parameters).toMatchObject(
        Object.fromEntries(types.map(([key, type]) => [key, key === "coding" ? "token" : type])),
      );
    } finally {
      await upstream.close();
    }
  });
});

describe("parameters", () => {
  it.each<[ProxyErrorType, unknown, object]>([
    ["http_response_content_coding", { code: "ZSTD_error_prefix_unknown" }, { coding: "zstd" }],
    ["http_response_content_coding", { code: "Z_DATA_ERROR" }, {}], // gzip or deflate
    ["tls_alert_received", { code: "ERR_SSL_TLSV1_ALERT_S3CR3T" }, {}],
    ["tls_alert_received", { message: "s3cr3t:SSL alert number 255" }, { "alert-id": 255 }],
    ["tls_alert_received", { message: "s3cr3t:SSL alert number 99999" }, {}],
    ["dns_error", { code: "constructor" }, {}],
    ["dns_error", undefined, {}],
    ["connection_refused", { code: "ECONNREFUSED", address: "s3cr3t", port: 1 }, {}],
    ["proxy_internal_error", { message: "s3cr3t" }, {}],
  ])("of %s, %j", (type, error, parameters) => {
    expect(faultParameters(type, error)).toEqual(parameters);
  });

  it("are not asked of what throws at a look", () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error("s3cr3t");
        },
      },
    );
    expect(faultParameters("dns_error", hostile)).toEqual({});
  });
});
