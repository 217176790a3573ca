import { STATUS_CODES } from "node:http";
import { parseList, serializeItem, Token, type BareItem } from "structured-headers";
import type { Problem } from "../problem/problem.js";
import { errorChain } from "../proxy-errors/classify-fault.js";
import { faultParameters } from "../proxy-errors/fault-parameters.js";
import { proxyErrors, type ProxyErrorType } from "../proxy-errors/proxy-errors.js";
import { maxProxyStatusCharacters } from "../util/limits.js";
import { read, readText } from "../util/safe-read.js";
import { cleanCode } from "../util/sanitize.js";

/**
 * Writes the Proxy-Status of an error response (RFC 9209): the members of other intermediaries, and at its end, nearest the
 * client, this gateway's.
 * @param present the response's field so far; a value that is no Proxy-Status counts as none
 * @param details whether the next hop's address and the error's code are added
 */
export function proxyStatus(problem: Problem, proxyName: string, details: boolean, present: unknown): string {
  const { status, upstreamStatus, proxyError, cause } = problem;
  const error = proxyError ?? ownError(status, upstreamStatus);
  const values: ParameterValues = { error, ...(error && ownParametersOf(error, problem)) };
  if (upstreamStatus !== status) values["received-status"] = upstreamStatus;
  if (details && proxyError) Object.assign(values, { "next-hop": nextHopOf(cause), details: innermostCode(cause) });
  return appendMember(present, proxyName, values, error);
}

/**
 * Writes the Proxy-Status of a success whose status was folded.
 * @param received status that the upstream answered
 */
export function foldedProxyStatus(received: number, proxyName: string, present: unknown): string {
  return appendMember(present, proxyName, { "received-status": received });
}

type ParameterValues = Record<string, unknown>;

/** Gives the type of an error that is no fault of an exchange with a next hop. An upstream's answer is no error of this gateway. */
function ownError(status: number, upstreamStatus: number | undefined): ProxyErrorType | undefined {
  if (upstreamStatus !== undefined) return undefined;
  if (status < 500) return "http_request_error";
  return status === proxyErrors.proxy_internal_error.status ? "proxy_internal_error" : "proxy_internal_response";
}

/** Gives the parameters of an error's type. Section 2.3.16 distinguishes an intermediary's own 4xx from the origin's. */
function ownParametersOf(error: ProxyErrorType, { status, cause }: Problem): ParameterValues {
  if (error === "http_request_error") return { "status-code": status, "status-phrase": STATUS_CODES[status] };
  return faultParameters(error, cause);
}

type ParameterType = "token" | "string" | "integer";

/** Lists the parameters that any member may have (section 2.1). */
const commonParameters: Readonly<Record<string, ParameterType>> = {
  error: "token",
  "received-status": "integer",
  "next-hop": "string",
  details: "string",
};

/** Writes a value of each type (RFC 9651 section 3.3); undefined for a value that the type cannot represent, which is left out. */
const writeValue: Readonly<Record<ParameterType, (value: unknown) => BareItem | undefined>> = {
  token: (value) =>
    typeof value === "string" && /^[A-Za-z*][\w!#$%&'*+.^`|~:/-]{0,254}$/.test(value) ? new Token(value) : undefined,
  string: (value) => (typeof value === "string" && /^[\x20-\x7e]{0,255}$/.test(value) ? value : undefined),
  integer: (value) => (Number.isInteger(value) && Math.abs(Number(value)) < 1e15 ? Number(value) : undefined),
};

function appendMember(present: unknown, proxyName: string, values: ParameterValues, error?: ProxyErrorType): string {
  const ownParameters: Readonly<Record<string, ParameterType>> =
    error && Object.hasOwn(proxyErrors, error) ? proxyErrors[error].parameters : {};
  const parameters = new Map<string, BareItem>();
  for (const [name, value] of Object.entries(values)) {
    const type = commonParameters[name] ?? ownParameters[name];
    const item = type && writeValue[type](value);
    if (item !== undefined) parameters.set(name, item);
  }
  const member = serializeItem(writeValue.token(proxyName) ?? proxyName, parameters);
  const before = validPresent(present);
  return before === undefined ? member : `${before}, ${member}`;
}

/**
 * Gives the members of others as they are. A value that is no list of names with parameters is ignored as a whole (RFC 9651
 * section 4.2).
 */
function validPresent(present: unknown): string | undefined {
  try {
    const text: unknown = Array.isArray(present) ? present.join(", ") : present;
    if (typeof text !== "string" || text.length > maxProxyStatusCharacters || !/^[\t\x20-\x7e]+$/.test(text)) return undefined;
    const members = parseList(text);
    const named = members.every(([name]) => typeof name === "string" || name instanceof Token);
    return named && members.length > 0 ? text.trim() : undefined;
  } catch {
    return undefined;
  }
}

function innermostCode(error: unknown): string | undefined {
  return innermost(error, (link) => cleanCode(read(link, "code")));
}

/** Lists members that contain the address: of a system call, of a name server's answer, of node:tls, of undici's sockets. */
const addressMembers: readonly (readonly [key: string, inner?: string])[] = [
  ["address"],
  ["hostname"],
  ["host"],
  ["socket", "remoteAddress"],
];

function nextHopOf(error: unknown): string | undefined {
  return innermost(error, (link) => {
    const host = addressMembers.map((path) => readText(link, ...path)).find(Boolean);
    const port = read(link, "port") ?? read(link, "socket", "remotePort");
    if (host === undefined || (typeof port !== "number" && typeof port !== "string")) return host;
    return `${host.includes(":") ? `[${host}]` : host}:${port}`;
  });
}

/** Finds a value in the innermost error that has one. */
function innermost<T>(error: unknown, look: (link: unknown) => T | undefined): T | undefined {
  return errorChain(error)
    .map(look)
    .findLast((found) => found !== undefined);
}
