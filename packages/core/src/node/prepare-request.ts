import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { connectionFields } from "../http/connection-fields.js";
import { isHttp2 } from "../http/is-http2.js";
import { transferCodingOf } from "../http/request-framing.js";
import { originForm } from "../http/request-target.js";
import type { Finding } from "../problem/finding.js";
import { unmatchedStatus } from "../problem/unmatched.js";
import { fault } from "../recognisers/rule.js";
import { isPrepared, markExchange } from "./exchange.js";

/**
 * Prepares a request for a library that copies all of its headers to a request of node:http: removes its hop-by-hop fields (RFC 9110
 * section 7.6.1), some of which node:http's client refuses where nobody can catch it, and its content keeps its framing.
 */
export function prepareRequest(request: IncomingMessage): void {
  markExchange(request, "isPrepared"); // first: to read the fields of a request is slow once members are added to it afterwards
  const { headers, url = "" } = request;
  dropHopByHop(request, headers);
  const coding = transferCodingOf(request);
  if (coding !== undefined && request.readableEnded) {
    headers["content-length"] = "0"; // it was read before: whoever writes it again, as fixRequestBody() does, sets its length
    delete headers["transfer-encoding"];
  } else if (coding !== undefined) {
    headers["transfer-encoding"] = coding;
    delete headers["content-length"]; // "0", by which the libraries replace it
  }
  if (!url.startsWith("/")) request.url = originForm(url); // the libraries parse all of it, which may throw
  if (isHttp2(request)) hidePseudoFields(headers);
}

/**
 * Removes the hop-by-hop fields of a request (RFC 9110 section 7.6.1), and what node:http's client refuses.
 * @param headers the request's own, which Node gives by a getter
 */
export function dropHopByHop(request: IncomingMessage, headers = request.headers): void {
  dropRefused(headers);
  for (const name of connectionFields(request, headers)) if (!stays.has(name)) delete headers[name];
  if (hasOptions(headers.connection)) headers.connection = persistence(headers.connection);
}

/**
 * Removes the fields that node:http's client refuses in a request that copies them, or delays the content for: the trailers are not passed on, and
 * node:http has sent the 100 already.
 * @param headers of a request, names in lower case; changed in place
 * @example dropRefused(request.headers);
 */
export function dropRefused(headers: IncomingHttpHeaders): void {
  if (headers.expect !== undefined) delete headers.expect; // `delete` makes an object slow for the rest of its use
  if (headers.trailer !== undefined) delete headers.trailer;
}

/**
 * Makes an outgoing request fit to be sent, for koa-proxies, which emits no event when it starts.
 * @returns why it may not be sent. node:http makes a CONNECT of HTTP/2's "connect" (RFC 9110 section 9.1). An OPTIONS of "*" asks this server
 *   (section 9.3.7), and the libraries would ask for the path "/*" instead: it is a request that no route has answered. And where an agent had no
 *   connection for a request, its head is written already, and may have lost its framing
 */
export function makeRequestSendable(outgoing: ClientRequest, request: IncomingMessage): Finding | undefined {
  if (/[a-z]/.test(request.method ?? "")) return { status: 501, routine: true };
  if (request.url === "*") return { status: unmatchedStatus, routine: true };
  if (isPrepared(request)) return undefined;
  const coding = transferCodingOf(request);
  if (outgoing.headersSent)
    return coding === undefined || outgoing.hasHeader("transfer-encoding") ? undefined : fault("connection_limit_reached");
  const headers = outgoing.getHeaders() as IncomingHttpHeaders;
  for (const name of connectionFields(request, headers)) if (!stays.has(name)) outgoing.removeHeader(name);
  if (hasOptions(headers.connection)) outgoing.setHeader("connection", persistence(headers.connection));
  if (coding === undefined) return undefined;
  outgoing.removeHeader(request.readableEnded ? "transfer-encoding" : "content-length");
  if (request.readableEnded) outgoing.setHeader("content-length", 0);
  else outgoing.setHeader("transfer-encoding", coding);
  return undefined;
}

/**
 * Makes an outgoing request for an upgrade fit to be sent; libraries pass on no content of it.
 * @returns whether it may be sent: with Expect, node:http's client has written its head already
 */
export function makeUpgradeSendable(outgoing: ClientRequest, request: IncomingMessage): boolean {
  if (outgoing.headersSent) return false;
  const headers = outgoing.getHeaders() as IncomingHttpHeaders;
  const upgrade = String(headers.upgrade);
  for (const name of [...connectionFields(request, headers), "content-length"]) outgoing.removeHeader(name);
  outgoing.setHeader("Connection", "Upgrade");
  outgoing.setHeader("Upgrade", upgrade);
  return true;
}

/**
 * Removes refused fields of upgrades before a library starts them: it emits no event then, and node:http refuses some fields as soon as it
 * gets them.
 */
export function dropRefusedOfUpgrades(server: object): void {
  const upgrades = server as { ws?: (request: IncomingMessage, ...args: unknown[]) => unknown };
  const { ws } = upgrades;
  if (typeof ws !== "function") return;
  const startUpgrade: typeof ws = function (this: unknown, request, ...args) {
    dropRefused(request.headers);
    return ws.call(this, request, ...args);
  };
  upgrades.ws = startUpgrade;
}

/**
 * Lists hop-by-hop fields that stay, since both are set again: Connection says whether the connection persists, Transfer-Encoding where the
 * content ends.
 */
const stays: ReadonlySet<string> = new Set(["connection", "transfer-encoding"]);

/** Whether Connection has more options than those about persistence. */
export function hasOptions(connection: string | undefined): connection is string {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return false; // as nearly all say it
  return !/^(?:close|keep-alive)$/i.test(connection);
}

/** Gives the value of Connection that says only whether the connection persists. */
export function persistence(connection: string): string {
  return /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(connection) ? "close" : "keep-alive";
}

/** Hides the pseudo-header fields of HTTP/2: http-proxy would copy them, and HTTP/1 cannot send them. Node's getters still find them. */
function hidePseudoFields(headers: IncomingHttpHeaders): void {
  headers.host ??= String(headers[":authority"] ?? "");
  for (const name of Object.keys(headers)) if (name.startsWith(":")) Object.defineProperty(headers, name, { enumerable: false });
}
