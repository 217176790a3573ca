import type { Finding } from "../../problem/finding.js";
import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { isError, read, readText } from "../../util/safe-read.js";
import type { Context } from "../rule.js";
import { isBareClientError } from "./call-fault.js";
import { answeredCallFinding, failedCallFinding } from "./call-finding.js";

/**
 * Recognises the errors of HTTP clients; undefined for any other. It comes before every family: several clients copy members of the
 * response's body onto the error, where a hostile upstream could imitate any error. So only the status and the few header fields
 * that the transport itself received count.
 */
export function httpClientFinding(error: object, context: Context): Finding | undefined {
  const kind = clientKindOf(error) ?? (isReplyLike(error) ? selfDescribed : undefined);
  if (!kind) return grpcFinding(error, context);
  if (kind.forgeable) return { status: 502 };
  const answer = kind.answer === "itself" ? error : kind.answer && read(error, ...kind.answer);
  const status = statusOf(answer);
  if (status !== undefined && (status < 200 || status >= 300))
    return answeredCallFinding(status, kind.headers ? read(error, ...kind.headers) : read(answer, "headers"), context);
  const found = failedCallFinding(error, context, status);
  return kind.shared && found?.proxyError === undefined && status === undefined ? undefined : (found ?? { status: 502 });
}

type Path = readonly [key: PropertyKey, inner?: PropertyKey];

/** Describes the errors of one client, or of several that keep the transport's answer at the same place. */
interface ClientKind {
  /** Path to the object that the transport filled in, if the error has one. */
  readonly answer?: Path | "itself";
  /** Path to its header fields, if they are not in that object. */
  readonly headers?: Path;
  /** Any member may come from the body: only the failure of the call is certain. */
  readonly forgeable?: true;
  /** Whether an error with a mark, name or code that others use too is of this kind. */
  readonly when?: (error: object) => boolean;
  /** Other errors look the same: without a status, or a fault that only a network has, another family may know the error. */
  readonly shared?: true;
}

const selfDescribed: ClientKind = { answer: "itself" };
const withResponse: ClientKind = { answer: ["response"] };

/** Lists kinds by a member that the client always sets, whatever its value. A body that forges a later mark changes nothing. */
const clientMarks: readonly (readonly [PropertyKey, ClientKind])[] = [
  ["errid", { forgeable: true, when: (error) => hasMember(error, "scope") }], // nano assigns the whole body over its error
  ["$metadata", { answer: ["$metadata"], headers: ["$response", "headers"] }], // it copies the body's members that it does not set itself
  ["isAxiosError", withResponse],
  [Symbol.for("gaxios-gaxios-error"), withResponse], // copies the body's message and code
  ["timings", { ...withResponse, when: (error) => hasMember(error, "options") }], // got
  ["rawResponse", selfDescribed], // superagent, content that does not parse
  ["requestID", { ...selfDescribed, when: (error) => hasMember(error, "error") && hasMember(error, "headers") }], // openai and its siblings
  ["rawType", { ...selfDescribed, shared: true }], // stripe; its webhook signature errors have no status
  ["isBoom", { answer: ["data", "res"], when: (error) => read(error, "data", "isResponseError") === true }], // wreck
];

/** Describes ky, wretch, superagent and graphql-request. */
const withoutName: ClientKind = { ...withResponse, when: isTransportResponse, shared: true };

const huaweiKind: ClientKind = { ...selfDescribed, when: (error) => hasMember(error, "httpStatusCode") };

const clientNames: ReadonlyMap<string, ClientKind> = new Map<string, ClientKind>([
  ["TypeError", { when: isFetchError }], // fetch of Node and undici; its aborts and timeouts look like anybody's
  ["AbortError", { when: (error) => read(error, "type") === "aborted" }], // node-fetch
  ["GraphqlResponseError", { forgeable: true }], // octokit, for a 200: it has nothing but the content
  ["FetchError", { ...withResponse, when: (error) => hasMember(error, "type") || hasMember(error, "options") }], // node-fetch; ofetch
  ["HttpError", { ...withResponse, when: isOctokitError }], // its own status is 500 without an answer
  ["HTTPParserError", {}], // undici, which loses the code in some releases
  ["ClientRequestException", huaweiKind],
  ["ServerResponseException", huaweiKind],
  ["ServiceResponseException", huaweiKind],
  ["Error", { when: (error) => isBareClientError(error) && read(error, "expose") !== true }], // needle, ws
  ["AssertionError", { when: isBareClientError }], // undici, for a status below 100
]);

function clientKindOf(error: object): ClientKind | undefined {
  for (const [mark, kind] of clientMarks) if (hasMember(error, mark) && matchesKind(error, kind)) return kind;
  const named = clientNames.get(readText(error, "name") ?? "");
  if (named && matchesKind(error, named)) return named;
  if (hasMember(error, "response") && matchesKind(error, withoutName)) return withoutName;
  const code = readText(error, "code");
  if (code === "ABORTED" && hasMember(error, "method")) return {}; // superagent, which then has no response
  if (code === "ERR_PROXY_TUNNEL") return {}; // node:https, whose `statusCode` is the forward proxy's: a 407 is not the client's
  return code?.startsWith("UND_ERR_") ? selfDescribed : undefined; // undici, whose ResponseError and the like have the status
}

function matchesKind(error: object, { when }: ClientKind): boolean {
  return when === undefined || when(error);
}

/** Reads the transport's status: any three digits that an upstream can send, "000" too, not only those of an error. */
function statusOf(answer: unknown): number | undefined {
  for (const name of ["status", "statusCode", "httpStatusCode"]) {
    const status = read(answer, name);
    if (Number.isInteger(status) && Number(status) >= 0 && Number(status) <= 999) return Number(status);
  }
  return undefined;
}

/** Whether a value is a reply that was thrown as it came, or what is left of one. */
function isReplyLike(value: object): boolean {
  return !isError(value) && statusOf(value) !== undefined && typeof (read(value, "headers") ?? undefined) === "object";
}

/**
 * Whether an object has a member, even an undefined one. A client that declares the member is not an error that lacks it. A
 * revoked Proxy has none.
 */
function hasMember(error: object, member: PropertyKey): boolean {
  try {
    return member in error;
  } catch {
    return false;
  }
}

/**
 * Whether `response` comes from a transport. Nest keeps its own answer under the same name, but no content that an upstream sends
 * can have a method.
 */
function isTransportResponse(error: object): boolean {
  const found = read(error, "response") ?? undefined;
  return typeof read(error, "getStatus") !== "function" && (found === undefined || typeof read(found, "headers") === "object");
}

function isFetchError(error: object): boolean {
  const message = readText(error, "message");
  return (message === "fetch failed" || message === "terminated") && hasMember(error, "cause");
}

function isOctokitError(error: object): boolean {
  return hasMember(error, "response") && readText(error, "request", "url") !== undefined;
}

/** Recognises a failed gRPC call; undefined for any other error. No content can give its metadata a method. */
function grpcFinding(error: object, context: Context): Finding | undefined {
  const code = read(error, "code");
  const status = typeof code === "number" ? grpcStatuses[code] : undefined;
  if (status === undefined || readText(error, "details") === undefined) return undefined;
  if (typeof read(error, "metadata", "getMap") !== "function") return undefined;
  if (status === 499 && context.clientGone) return { status };
  const { receivedStatus: _, ...finding } = answeredCallFinding(status, undefined, context); // no HTTP status was received
  return { ...finding, proxyError: finding.upstream ? undefined : grpcFaults.get(status) };
}

/** Lists the status that google.rpc.Code gives each code, 0 to 16. gRPC knows no error with the code OK. */
const grpcStatuses: readonly number[] = [502, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

const grpcFaults: ReadonlyMap<number, FaultType> = new Map<number, FaultType>([
  [503, "destination_unavailable"],
  [504, "http_response_timeout"],
]);
