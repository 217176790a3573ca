import { STATUS_CODES } from "node:http";
import { parseList, serializeItem, Token, type BareItem } from "structured-headers";
import type { Problem } from "../problem/problem.js";
import { wrapped } from "../proxy-errors/classify-fault.js";
import { faultParameters } from "../proxy-errors/fault-parameters.js";
import { proxyErrors, type ProxyErrorType } from "../proxy-errors/proxy-errors.js";
import { read, readText } from "../util/safe-read.js";
import { cleanCode } from "../util/sanitize.js";

/**
 * The Proxy-Status of an error response (RFC 9209): what those before said, and at its end, nearest the client, what this gateway did.
 * @param present the response's field so far; what is no Proxy-Status counts as none
 * @param details whether the next hop's address and the error's code are told
 */
export function proxyStatus(problem: Problem, proxyName: string, details: boolean, present: unknown): string {
  const { status, upstreamStatus, proxyError, cause } = problem;
  const error = proxyError ?? ownError(status, upstreamStatus);
  const values: Values = { error, ...(error && parametersOf(error, problem)) };
  if (upstreamStatus !== status) values["received-status"] = upstreamStatus;
  if (details && proxyError) Object.assign(values, { "next-hop": nextHopOf(cause), details: codeOf(cause) });
  return append(present, proxyName, values, error);
}

/**
 * The same of a success whose status was folded.
 * @param received what the upstream answered
 */
export function foldedProxyStatus(received: number, proxyName: string, present: unknown): string {
  return append(present, proxyName, { "received-status": received });
}

type Values = Record<string, unknown>;

/** What went wrong when no exchange with a next hop did. What an upstream answered is no error of ours. */
function ownError(status: number, upstreamStatus: number | undefined): ProxyErrorType | undefined {
  if (upstreamStatus !== undefined) return undefined;
  if (status < 500) return "http_request_error";
  return status === proxyErrors.proxy_internal_error.status ? "proxy_internal_error" : "proxy_internal_response";
}

/** Section 2.3.16 tells an intermediary's own 4xx from the origin's. */
function parametersOf(error: ProxyErrorType, { status, cause }: Problem): Values {
  if (error === "http_request_error") return { "status-code": status, "status-phrase": STATUS_CODES[status] };
  return faultParameters(error, cause);
}

type Kind = "token" | "string" | "integer";

/** The parameters that any member may have (section 2.1). */
const common: Readonly<Record<string, Kind>> = {
  error: "token",
  "received-status": "integer",
  "next-hop": "string",
  details: "string",
};

/** How a value is written, if it can be (RFC 9651 section 3.3): one that cannot is left out. */
const written: Readonly<Record<Kind, (value: unknown) => BareItem | undefined>> = {
  token: (value) =>
    typeof value === "string" && /^[A-Za-z*][\w!#$%&'*+.^`|~:/-]{0,254}$/.test(value) ? new Token(value) : undefined,
  string: (value) => (typeof value === "string" && /^[\x20-\x7e]{0,255}$/.test(value) ? value : undefined),
  integer: (value) => (Number.isInteger(value) && Math.abs(Number(value)) < 1e15 ? Number(value) : undefined),
};

function append(present: unknown, proxyName: string, values: Values, error?: ProxyErrorType): string {
  const special: Readonly<Record<string, Kind>> = error && Object.hasOwn(proxyErrors, error) ? proxyErrors[error].parameters : {};
  const parameters = new Map<string, BareItem>();
  for (const [name, value] of Object.entries(values)) {
    const kind = common[name] ?? special[name];
    const item = kind && written[kind](value);
    if (item !== undefined) parameters.set(name, item);
  }
  const member = serializeItem(written.token(proxyName) ?? proxyName, parameters);
  const before = sound(present);
  return before === undefined ? member : `${before}, ${member}`;
}

/** Characters that are kept of what others said at most: Node and most proxies take 16 KiB for all of a response's fields. */
const longest = 4096;

/** What others said, to the letter; what is not a list of names with parameters is to be ignored as a whole (RFC 9651 section 4.2). */
function sound(present: unknown): string | undefined {
  try {
    const text: unknown = Array.isArray(present) ? present.join(", ") : present;
    if (typeof text !== "string" || text.length > longest || !/^[\t\x20-\x7e]+$/.test(text)) return undefined;
    const members = parseList(text);
    const named = members.every(([name]) => typeof name === "string" || name instanceof Token);
    return named && members.length > 0 ? text.trim() : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string | undefined {
  return innermost(error, (link) => cleanCode(read(link, "code")));
}

/** Members that hold the address: of a system call, of a name server's answer, of node:tls, of undici's sockets. */
const addresses: readonly (readonly [key: string, inner?: string])[] = [
  ["address"],
  ["hostname"],
  ["host"],
  ["socket", "remoteAddress"],
];

function nextHopOf(error: unknown): string | undefined {
  return innermost(error, (link) => {
    const host = addresses.map((path) => readText(link, ...path)).find(Boolean);
    const port = read(link, "port") ?? read(link, "socket", "remotePort");
    if (host === undefined || (typeof port !== "number" && typeof port !== "string")) return host;
    return `${host.includes(":") ? `[${host}]` : host}:${port}`;
  });
}

/** What is found of an error that is wrapped, or else of what wraps it. */
function innermost<T>(error: unknown, look: (link: unknown) => T | undefined): T | undefined {
  return wrapped(error)
    .map(look)
    .findLast((found) => found !== undefined);
}
