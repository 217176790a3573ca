import type { Finding } from "../../problem/finding.js";
import { classifyFault, faultCodes } from "../../proxy-errors/classify-fault.js";
import { proxyErrors, type FaultType } from "../../proxy-errors/proxy-errors.js";
import { readText } from "../../util/safe-read.js";
import { each, fault, type Context, type Family } from "../rule.js";

/**
 * Node's own errors that came bare: system calls, DNS, TLS, llhttp, HTTP/2, zlib, streams. Asked last.
 * Codes that are not here are bugs of ours and end as a 500: ENOENT of a file, EADDRINUSE, ERR_HTTP_HEADERS_SENT, ERR_INVALID_ARG_TYPE.
 */
export const node: Family = {
  // OpenSSL has hundreds of ERR_SSL_<REASON>, and Node copies its `library` and `reason` onto all of them.
  marks: {
    library: (error, context) => (readText(error, "code")?.startsWith("ERR_SSL_") ? exchange(error, context) : undefined),
  },
  codes: {
    ...each(faultCodes, exchange),
    HPE_CHUNK_EXTENSIONS_OVERFLOW: (error, context) =>
      context.origin === "inbound" ? ofRequest.http_response_body_size : exchange(error, context),
    // A unix socket's; a file's has another system call and is none of a next hop's faults.
    ...each(["ENOENT", "EACCES", "EPERM"], exchange),
    // Only node's servers say these: the client was too slow with its header section, its content or its handshake.
    ...each(["ERR_HTTP_REQUEST_TIMEOUT", "ERR_TLS_HANDSHAKE_TIMEOUT"], { status: 408 }),
    // Writing to what is closed is a bug, unless it was the client who closed it.
    ...each(["ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END", "ERR_HTTP2_INVALID_STREAM"], (_error, { clientGone }) =>
      clientGone ? { status: 499 } : undefined,
    ),
    // Out of descriptors, memory or disk for now: the next attempt may find some.
    ...each(["EMFILE", "ENFILE", "ENOMEM"], { status: 503 }),
    ...each(["ENOSPC", "EDQUOT"], { status: 507 }),
  },
};

/**
 * A failed exchange: whose fault it is depends on who was being talked to, which the error itself does not say.
 * A request that breaks off takes its connection along, so `clientGone` is what tells an inbound reset; `unreadRequest` tells
 * nothing, since an upstream may break while a request is still arriving. Malformed framing (HPE_*) never reaches a handler
 * from inbound: node answers it itself or hands it to 'clientError', and whoever passes it on from there says so.
 * Compressed content is inflated by the application: that error is the client's when its request was encoded.
 */
function exchange(error: object, { origin, clientGone, encodedRequest }: Context): Finding | undefined {
  const type = classifyFault(error);
  if (type === undefined) return undefined;
  if ((clientGone || origin === "inbound") && isBroken(readText(error, "code"))) return { status: 499 };
  if (origin === "datastore") return { status: ofDatastore(type) };
  const inbound = origin === "inbound" || (origin === undefined && encodedRequest && decoding.has(type));
  return (inbound ? ofRequest[type] : undefined) ?? fault(type);
}

/** Whether either side ended what was under way, by an error's code alone. */
function isBroken(code: string | undefined): boolean {
  return classifyFault({ code }) === "connection_terminated";
}

/** What unpacking content can run into. */
const decoding: ReadonlySet<FaultType> = new Set(["http_response_content_coding", "http_response_body_size"]);

/** The same fault in a request. Not listed: what cannot happen there, such as a refused connection. */
const ofRequest: Readonly<Partial<Record<FaultType, Finding>>> = {
  connection_read_timeout: { status: 408 },
  tls_protocol_error: { status: 400 },
  tls_alert_received: { status: 400 },
  http_response_incomplete: { status: 400 },
  http_response_header_section_size: { status: 431, detail: "The request's header section is larger than this server takes." },
  http_response_body_size: { status: 413, detail: "The request's content is larger than this server takes." },
  http_response_transfer_coding: { status: 400 },
  http_response_content_coding: { status: 400 },
  http_protocol_error: { status: 400 },
};

/** A store that is late is 504, one that cannot be reached 503; a stored value that does not unpack is our own 500. */
function ofDatastore(type: FaultType): number {
  if (decoding.has(type)) return 500;
  return proxyErrors[type].status === 504 ? 504 : 503;
}
