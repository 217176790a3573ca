import type { Finding } from "../../problem/finding.js";
import { classifyFault, faultCodes } from "../../proxy-errors/classify-fault.js";
import { proxyErrors, type FaultType } from "../../proxy-errors/proxy-errors.js";
import { readText } from "../../util/safe-read.js";
import { fault, sameRule, type Context, type Family } from "../rule.js";
import { ownTexts } from "../../problem/own-texts.js";

/**
 * Recognises Node's own errors without a wrapper: system calls, DNS, TLS, llhttp, HTTP/2, zlib, streams. It is asked last. Codes
 * that are not here are bugs of this gateway and end as a 500: ENOENT of a file, EADDRINUSE, ERR_HTTP_HEADERS_SENT,
 * ERR_INVALID_ARG_TYPE.
 */
export const node: Family = {
  // OpenSSL has hundreds of ERR_SSL_<REASON>, and Node copies its `library` and `reason` onto all of them.
  marks: {
    library: (error, context) => (readText(error, "code")?.startsWith("ERR_SSL_") ? exchangeFinding(error, context) : undefined),
  },
  codes: {
    ...sameRule(faultCodes, exchangeFinding),
    HPE_CHUNK_EXTENSIONS_OVERFLOW: (error, context) =>
      context.origin === "inbound" ? inboundFindings.http_response_body_size : exchangeFinding(error, context),
    // Codes of a unix socket. A file's error has another system call and is no fault of a next hop.
    ...sameRule(["EACCES", "EPERM"], exchangeFinding),
    ...sameRule(
      ["ENOENT", "ENAMETOOLONG", "ENOTDIR"],
      (error, context) => exchangeFinding(error, context) ?? fileFinding(context),
    ),
    // Only Node's servers use these: the client was too slow with its header section, its content or its handshake.
    ...sameRule(["ERR_HTTP_REQUEST_TIMEOUT", "ERR_TLS_HANDSHAKE_TIMEOUT"], { status: 408 }),
    // Writing to a closed stream is a bug, unless the client closed it.
    ...sameRule(["ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END", "ERR_HTTP2_INVALID_STREAM"], (_error, { clientGone }) =>
      clientGone ? { status: 499 } : undefined,
    ),
    // Out of descriptors, memory or disk for now: the next attempt may succeed.
    ...sameRule(["EMFILE", "ENFILE", "ENOMEM"], { status: 503 }),
    ...sameRule(["ENOSPC", "EDQUOT"], { status: 507 }),
  },
};

/** Recognises a file that does not exist: as the content of a response it is the address that does not; anywhere else it is a bug. */
function fileFinding({ origin }: Context): Finding | undefined {
  return origin === "content" ? { status: 404 } : undefined;
}

/**
 * Recognises a failed exchange. Its meaning depends on the peer, which the error itself does not name. A request that breaks off ends its
 * connection, so `clientGone` marks an inbound reset; `unreadRequest` does not, since an upstream may break while a request is still
 * arriving. Malformed framing (HPE_*) never reaches a handler from inbound: Node answers it itself or hands it to 'clientError', whose
 * listener passes the origin. The application inflates compressed content: that error is the client's when its request was encoded.
 */
function exchangeFinding(error: object, { origin, clientGone, encodedRequest }: Context): Finding | undefined {
  const type = classifyFault(error);
  if (type === undefined) return undefined;
  if ((clientGone || origin === "inbound") && isTermination(readText(error, "code"))) return { status: 499 };
  if (origin === "datastore") return { status: datastoreStatus(type) };
  const inbound = origin === "inbound" || (origin === undefined && encodedRequest && decodingFaults.has(type));
  return (inbound ? inboundFindings[type] : undefined) ?? fault(type);
}

/** Whether the code alone says that either side ended the exchange. */
function isTermination(code: string | undefined): boolean {
  return classifyFault({ code }) === "connection_terminated";
}

/** Lists the faults of decoding content. */
const decodingFaults: ReadonlySet<FaultType> = new Set(["http_response_content_coding", "http_response_body_size"]);

/**
 * Maps a fault to the finding for the same fault in a request. A fault that cannot happen there, such as a refused connection, is
 * not listed.
 */
const inboundFindings: Readonly<Partial<Record<FaultType, Finding>>> = {
  connection_read_timeout: { status: 408 },
  tls_protocol_error: { status: 400 },
  tls_alert_received: { status: 400 },
  http_response_incomplete: { status: 400 },
  http_response_header_section_size: { status: 431, detail: ownTexts["header-section-too-large"] },
  http_response_body_size: { status: 413, detail: ownTexts["content-above-limit"] },
  http_response_transfer_coding: { status: 400 },
  http_response_content_coding: { status: 400 },
  http_protocol_error: { status: 400 },
};

/**
 * Gives the status of a datastore's fault: 504 for one that is late, 503 for one that cannot be reached. A stored value that
 * cannot be decoded is our own 500.
 */
function datastoreStatus(type: FaultType): number {
  if (decodingFaults.has(type)) return 500;
  return proxyErrors[type].status === 504 ? 504 : 503;
}
