import { maxWrappedErrors } from "../util/limits.js";
import { read, readText } from "../util/safe-read.js";
import type { FaultType } from "./proxy-errors.js";

/** Lists the codes that Node, OpenSSL, llhttp, undici, c-ares, nghttp2 and zlib give a failed exchange with a next hop, by its type. */
const codesByType: Partial<Record<FaultType, string>> = {
  dns_error: `ENOTFOUND EAI_NODATA EAI_NONAME EAI_FAIL EAI_ADDRFAMILY ENODATA EFORMERR ESERVFAIL ENOTIMP EREFUSED EBADNAME EBADRESP`,
  dns_timeout: `EAI_AGAIN ETIMEOUT`,
  destination_ip_unroutable: `EHOSTUNREACH ENETUNREACH EADDRNOTAVAIL EHOSTDOWN ENETDOWN EAFNOSUPPORT`,
  connection_refused: `ECONNREFUSED ERR_PROXY_TUNNEL`,
  destination_unavailable: `UND_ERR_BPL_MISSING_UPSTREAM`,
  connection_limit_reached: `UND_ERR_MAX_ORIGINS_REACHED`,
  connection_terminated: `ECONNRESET ECONNABORTED EPIPE ENOTCONN ESHUTDOWN ENETRESET
    ERR_STREAM_PREMATURE_CLOSE ERR_SOCKET_CLOSED ERR_SOCKET_CLOSED_BEFORE_CONNECTION
    UND_ERR_SOCKET UND_ERR_CLOSED UND_ERR_DESTROYED UND_ERR_INFO
    ERR_HTTP2_STREAM_ERROR ERR_HTTP2_SESSION_ERROR ERR_HTTP2_STREAM_CANCEL ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_INVALID_SESSION`,
  connection_timeout: `UND_ERR_CONNECT_TIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT ECONNECT_TIMEOUT`,
  connection_read_timeout: `ETIMEDOUT ESOCKETTIMEDOUT UND_ERR_BODY_TIMEOUT`,
  http_response_timeout: `UND_ERR_HEADERS_TIMEOUT ERR_UPSTREAM_UPGRADE_TIMEOUT`,
  tls_certificate_error: `CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_REVOKED CERT_REJECTED CERT_UNTRUSTED CERT_CHAIN_TOO_LONG
    CERT_SIGNATURE_FAILURE DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_DECRYPT_CERT_SIGNATURE
    UNABLE_TO_GET_CRL CRL_HAS_EXPIRED INVALID_CA INVALID_PURPOSE HOSTNAME_MISMATCH PATH_LENGTH_EXCEEDED
    ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_CERT_ALTNAME_FORMAT`,
  tls_protocol_error: `EPROTO`, // unless it was an alert
  http_response_incomplete: `HPE_INVALID_EOF_STATE`,
  http_response_header_section_size: `HPE_HEADER_OVERFLOW UND_ERR_HEADERS_OVERFLOW`,
  http_response_body_size: `UND_ERR_RES_EXCEEDED_MAX_SIZE ERR_BUFFER_TOO_LARGE ETOOLARGE`, // zlib's maxOutputLength; superagent
  http_response_transfer_coding: `HPE_INVALID_CHUNK_SIZE HPE_CHUNK_EXTENSIONS_OVERFLOW`,
  http_response_content_coding: `Z_DATA_ERROR Z_BUF_ERROR Z_NEED_DICT
    ERR__ERROR_FORMAT_EXUBERANT_NIBBLE ERR__ERROR_FORMAT_RESERVED ERR__ERROR_FORMAT_EXUBERANT_META_NIBBLE
    ERR__ERROR_FORMAT_SIMPLE_HUFFMAN_ALPHABET ERR__ERROR_FORMAT_SIMPLE_HUFFMAN_SAME ERR__ERROR_FORMAT_CL_SPACE
    ERR__ERROR_FORMAT_HUFFMAN_SPACE ERR__ERROR_FORMAT_CONTEXT_MAP_REPEAT ERR__ERROR_FORMAT_BLOCK_LENGTH_1
    ERR__ERROR_FORMAT_BLOCK_LENGTH_2 ERR__ERROR_FORMAT_TRANSFORM ERR__ERROR_FORMAT_DICTIONARY ERR__ERROR_FORMAT_WINDOW_BITS
    ERR__ERROR_FORMAT_PADDING_1 ERR__ERROR_FORMAT_PADDING_2 ERR__ERROR_FORMAT_DISTANCE
    ZSTD_error_prefix_unknown ZSTD_error_corruption_detected ZSTD_error_checksum_wrong ZSTD_error_dictionary_wrong
    ZSTD_error_version_unsupported ZSTD_error_frameParameter_unsupported ZSTD_error_frameParameter_windowTooLarge`,
  http_protocol_error: `ERR_HTTP2_ERROR ERR_HTTP2_PROTOCOL_ERROR ERR_HTTP2_TOO_MANY_INVALID_FRAMES
    HPE_INVALID_CONSTANT HPE_INVALID_VERSION HPE_INVALID_STATUS HPE_INVALID_METHOD HPE_INVALID_URL HPE_INVALID_HEADER_TOKEN
    HPE_INVALID_CONTENT_LENGTH HPE_UNEXPECTED_CONTENT_LENGTH HPE_INVALID_TRANSFER_ENCODING HPE_UNEXPECTED_SPACE
    HPE_CR_EXPECTED HPE_LF_EXPECTED HPE_STRICT HPE_CLOSED_CONNECTION HPE_PAUSED_H2_UPGRADE
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH`, // undici finds two framings that differ; it reports content that ends early as a closed socket
};

const typesByCode = byCode(codesByType);

/** Lists every code that classifyFault knows by itself. It recognises `ERR_SSL_*` and rarer `HPE_*` by their start. */
export const faultCodes: readonly string[] = [...typesByCode.keys()];

/** Maps a code to a type by the system call that failed, where the call decides. */
const typesBySystemCall: ReadonlyMap<string, ReadonlyMap<string, FaultType>> = new Map([
  [
    "connect",
    new Map<string, FaultType>([
      // A unix socket that is missing, or that we may not open, accepts no connection; nginx answers 502 to both.
      ["ENOENT", "connection_refused"],
      ["EACCES", "connection_refused"],
      ["EPERM", "destination_ip_prohibited"], // a packet filter on this machine
      ["ETIMEDOUT", "connection_timeout"],
    ]),
  ],
  ["query", new Map([["ECONNREFUSED", "dns_error"]])], // the name server's port, not the destination's
]);

/** Maps a code and its message to a type, where only the message distinguishes two faults. */
const typesByMessage: ReadonlyMap<string, FaultType> = new Map([
  ["ECONNRESET aborted", "http_response_incomplete"], // node:http, when a message ends early; before it began: "socket hang up"
  ["UND_ERR_SOCKET bad upgrade", "http_upgrade_failed"], // a 101 that nobody asked for
  ["UND_ERR_SOCKET bad response", "http_protocol_error"], // a 100 that nobody asked for
  ["UND_ERR_INFO No DNS entries found", "dns_error"],
]);

/** Maps what a forward proxy does besides refusing a tunnel, by how the message begins: messages of the agents of Node 24 and later, with `proxyEnv`. */
const typesOfTunnel: readonly (readonly [start: string, type: FaultType])[] = [
  ["Connection to establish proxy tunnel timed out", "connection_timeout"],
  ["Connection to establish proxy tunnel ended", "connection_terminated"],
  ["Proxy response headers exceeded", "http_response_header_section_size"],
];

/**
 * Maps the codes of RFC 9113 section 7, by number or name, that mean more than an end. A refused stream, or ENHANCE_YOUR_CALM, is
 * no limit of this gateway's own, which connection_limit_reached means (RFC 9209 section 2.3.12). Node also reports
 * REFUSED_STREAM for a stream begun after a GOAWAY.
 */
const typesByHttp2Code = byCode({
  http_protocol_error: `1 PROTOCOL_ERROR 3 FLOW_CONTROL_ERROR 5 STREAM_CLOSED 6 FRAME_SIZE_ERROR 9 COMPRESSION_ERROR
    13 HTTP_1_1_REQUIRED`,
  tls_protocol_error: `12 INADEQUATE_SECURITY`,
});

/**
 * Classifies a fault between this gateway and a next hop by RFC 9209, from what Node reports; undefined where it is none. The
 * innermost error with a known code decides: fetch hides the code in `cause`, happy eyeballs in an AggregateError whose own
 * ETIMEDOUT lacks the system call, and HTTP/2 wraps "stream cancelled" around the error that broke the session.
 * @param error any value, an error or not
 * @returns the type of the fault, a key of `proxyErrors`
 * @example classifyFault(Object.assign(new Error(), { code: "ECONNREFUSED" })) // "connection_refused"
 */
export function classifyFault(error: unknown): FaultType | undefined {
  let type: FaultType | undefined;
  for (const link of errorChain(error)) type = faultOfLink(link) ?? type;
  return type;
}

/** Lists an error and the errors that it wraps, outermost first. The number is bounded, which also ends a cycle. */
export function errorChain(error: unknown): readonly unknown[] {
  const links: unknown[] = [];
  for (
    let link = error;
    link !== undefined && links.length < maxWrappedErrors;
    link = read(link, "cause") ?? read(link, "errors", 0)
  )
    links.push(link);
  return links;
}

function faultOfLink(error: unknown): FaultType | undefined {
  const code = readText(error, "code");
  if (code === undefined) return undefined;
  const syscall = readText(error, "syscall");
  const call = /^query[A-Z]\w*$/.test(syscall ?? "") ? "query" : syscall; // c-ares says queryA, queryAaaa, queryMx
  const type = typesBySystemCall.get(call ?? "")?.get(code);
  if (type !== undefined) return type;
  if (isLocalFault(error, call)) return undefined;
  const message = readText(error, "message") ?? "";
  if (code.startsWith("HPE_") && /chunk/i.test(message)) return "http_response_transfer_coding";
  if (code.startsWith("ERR_SSL_") || code === "EPROTO")
    return alertNumber.test(message) || code.includes("_ALERT_") ? "tls_alert_received" : "tls_protocol_error";
  const tunnel = code === "ERR_PROXY_TUNNEL" ? typesOfTunnel.find(([start]) => message.startsWith(start)) : undefined;
  if (tunnel) return tunnel[1];
  const found = typesByCode.get(code) ?? (code.startsWith("HPE_") ? "http_protocol_error" : undefined);
  return found === "connection_terminated" ? (faultOfEnd(code, message) ?? found) : found;
}

/**
 * Finds the number of a TLS alert that was received. It is in the message, whichever code Node gives the error: EPROTO while it
 * writes, ERR_SSL_<REASON> while it reads.
 */
export const alertNumber = /:SSL alert number (\d{1,3})\b/;

function faultOfEnd(code: string, message: string): FaultType | undefined {
  const [, http2Code = ""] = /\bcode (?:NGHTTP2_)?(\w+)$/.exec(message) ?? [];
  return typesByMessage.get(`${code} ${message}`) ?? typesByHttp2Code.get(http2Code);
}

/**
 * Whether an error concerns files and child processes (the system calls that name a `path`), or a port or source address of ours:
 * no next hop is involved.
 */
function isLocalFault(error: unknown, call: string | undefined): boolean {
  return call === "listen" || call === "bind" || (call !== undefined && call !== "connect" && read(error, "path") !== undefined);
}

function byCode(codes: Partial<Record<FaultType, string>>): ReadonlyMap<string, FaultType> {
  const rows = Object.entries(codes) as [FaultType, string][];
  return new Map(rows.flatMap(([type, text]) => text.split(/\s+/).map((code) => [code, type] as const)));
}
