import { read, readText } from "../read.js";
import type { ProxyErrorType } from "./proxy-errors.js";

/** What Node, OpenSSL, llhttp, undici and c-ares call a failed exchange with a next hop, by `code`. */
const codesOf: Partial<Record<ProxyErrorType, readonly string[]>> = {
  dns_error: ["ENOTFOUND", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL", "EAI_ADDRFAMILY", "ENODATA", "EFORMERR", "ESERVFAIL", "EREFUSED", "EBADNAME", "EBADRESP"],
  dns_timeout: ["EAI_AGAIN", "ETIMEOUT"],
  destination_ip_unroutable: ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTDOWN", "ENETDOWN"],
  connection_refused: ["ECONNREFUSED"],
  connection_terminated: ["ECONNRESET", "ECONNABORTED", "EPIPE", "ENOTCONN", "ERR_STREAM_PREMATURE_CLOSE", "ERR_SOCKET_CLOSED", "UND_ERR_SOCKET", "UND_ERR_CLOSED", "UND_ERR_DESTROYED", "ERR_HTTP2_STREAM_ERROR", "ERR_HTTP2_SESSION_ERROR", "ERR_HTTP2_STREAM_CANCEL", "ERR_HTTP2_GOAWAY_SESSION", "ERR_HTTP2_INVALID_SESSION"],
  connection_timeout: ["UND_ERR_CONNECT_TIMEOUT", "ERR_SOCKET_CONNECTION_TIMEOUT", "ERR_TLS_HANDSHAKE_TIMEOUT"],
  connection_read_timeout: ["ETIMEDOUT", "ESOCKETTIMEDOUT", "UND_ERR_BODY_TIMEOUT"],
  http_response_timeout: ["UND_ERR_HEADERS_TIMEOUT"],
  tls_certificate_error: ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID", "CERT_REVOKED", "CERT_REJECTED", "CERT_UNTRUSTED", "CERT_CHAIN_TOO_LONG", "CERT_SIGNATURE_FAILURE", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_CRL", "INVALID_CA", "INVALID_PURPOSE", "HOSTNAME_MISMATCH", "PATH_LENGTH_EXCEEDED", "ERR_TLS_CERT_ALTNAME_INVALID", "ERR_TLS_CERT_ALTNAME_FORMAT"],
  tls_protocol_error: ["EPROTO", "ERR_TLS_PROTOCOL_VERSION_CONFLICT", "ERR_TLS_INVALID_PROTOCOL_VERSION"],
  http_response_incomplete: ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "HPE_INVALID_EOF_STATE"],
  http_response_header_section_size: ["HPE_HEADER_OVERFLOW", "UND_ERR_HEADERS_OVERFLOW"],
  http_response_body_size: ["UND_ERR_RES_EXCEEDED_MAX_SIZE"],
  http_response_transfer_coding: ["HPE_INVALID_CHUNK_SIZE", "HPE_CHUNK_EXTENSIONS_OVERFLOW"],
  http_response_content_coding: ["Z_DATA_ERROR", "Z_BUF_ERROR", "Z_NEED_DICT", "Z_STREAM_ERROR"],
  http_protocol_error: ["ERR_HTTP2_ERROR", "ERR_HTTP2_PROTOCOL_ERROR"],
};

const types: ReadonlyMap<string, ProxyErrorType> = new Map(
  Object.entries(codesOf).flatMap(([type, codes]) => codes.map((code) => [code, type as ProxyErrorType] as const)),
);

/** How many wrappers (`cause`, `errors[0]`) are opened in search of a code that says something. */
const depth = 8;

/**
 * The RFC 9209 type of a fault between this gateway and a next hop, from what Node reports; undefined where it is none.
 * fetch hides the code in `cause`, happy eyeballs in an AggregateError.
 * @example classifyFault(Object.assign(new Error(), { code: "ECONNREFUSED" })) // "connection_refused"
 */
export function classifyFault(error: unknown): ProxyErrorType | undefined {
  for (let current = error, left = depth; current !== undefined && left > 0; left--) {
    const type = typeOf(current);
    if (type !== undefined) return type;
    current = read(current, "cause") ?? read(current, "errors", 0);
  }
  return undefined;
}

function typeOf(error: unknown): ProxyErrorType | undefined {
  const code = readText(error, "code");
  if (code === undefined) return undefined;
  if (code === "ETIMEDOUT" && readText(error, "syscall") === "connect") return "connection_timeout";
  const type = types.get(code);
  if (type !== undefined) return type;
  if (code.startsWith("ERR_SSL_")) return code.includes("_ALERT_") ? "tls_alert_received" : "tls_protocol_error";
  if (code.startsWith("HPE_")) return "http_protocol_error";
  return undefined;
}
