import type { Finding } from "../../problem/finding.js";
import { isError, read, readText } from "../../util/safe-read.js";
import type { Context } from "../rule.js";
import { isBare } from "./call-fault.js";
import { answered, unanswered } from "./call-finding.js";
import { grpc } from "./grpc.js";

/**
 * What an HTTP client's error means, or undefined when it is not one. Asked before every other family: several clients copy
 * members of the response's body onto the error, where a hostile upstream could pass for any of them. So nothing on such an
 * error is believed but the status and the few header fields that the transport itself received.
 */
export function client(error: object, context: Context): Finding | undefined {
  const kind = kindOf(error) ?? (isReply(error) ? itself : undefined);
  if (!kind) return grpc(error, context);
  if (kind.forgeable) return { status: 502 };
  const answer = kind.answer === "itself" ? error : kind.answer && read(error, ...kind.answer);
  const status = statusOf(answer);
  if (status !== undefined && (status < 200 || status >= 300))
    return answered(status, kind.headers ? read(error, ...kind.headers) : read(answer, "headers"), context);
  const found = unanswered(error, context, status);
  return kind.shared && found?.proxyError === undefined && status === undefined ? undefined : (found ?? { status: 502 });
}

type Path = readonly [key: PropertyKey, inner?: PropertyKey];

/** Errors of one client, or of several that keep the transport's answer at the same place. */
interface Kind {
  /** Where the object is that the transport filled in, if the error has any. */
  readonly answer?: Path | "itself";
  /** Where its header fields are, if they are not in there. */
  readonly headers?: Path;
  /** Any member may be the body's: all that is certain is that the call failed. */
  readonly forgeable?: true;
  /** Whether an error found by a mark, name or code that others use too is this kind. */
  readonly when?: (error: object) => boolean;
  /** The kind's looks are not its own: without a status or a fault that only a network has, somebody else may know it. */
  readonly shared?: true;
}

const itself: Kind = { answer: "itself" };
const response: Kind = { answer: ["response"] };

/** By a member that the client always sets, whatever its value. A body that forges a later mark changes nothing. */
const marks: readonly (readonly [PropertyKey, Kind])[] = [
  ["errid", { forgeable: true, when: (error) => has(error, "scope") }], // nano assigns the whole body over its error
  ["$metadata", { answer: ["$metadata"], headers: ["$response", "headers"] }], // AWS SDK 3: members of the body that it has not itself
  ["isAxiosError", response],
  [Symbol.for("gaxios-gaxios-error"), response], // copies the body's message and code
  ["timings", { ...response, when: (error) => has(error, "options") }], // got
  ["rawResponse", itself], // superagent, content that does not parse
  ["requestID", { ...itself, when: (error) => has(error, "error") && has(error, "headers") }], // openai and its siblings
  ["rawType", { ...itself, shared: true }], // stripe; its webhook signature errors have no status
  ["isBoom", { answer: ["data", "res"], when: (error) => read(error, "data", "isResponseError") === true }], // wreck
];

/** ky, wretch, superagent, graphql-request. */
const nameless: Kind = { ...response, when: isTransports, shared: true };

const huawei: Kind = { ...itself, when: (error) => has(error, "httpStatusCode") };

const names: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["TypeError", { when: isFetchs }], // fetch of Node and undici; its aborts and timeouts are anybody's
  ["AbortError", { when: (error) => read(error, "type") === "aborted" }], // node-fetch
  ["GraphqlResponseError", { forgeable: true }], // octokit, of a 200: all it has is the content
  ["FetchError", { ...response, when: (error) => has(error, "type") || has(error, "options") }], // node-fetch; ofetch
  ["HttpError", { ...response, when: isOctokits }], // its own status is 500 without an answer
  ["HTTPParserError", {}], // undici, which loses the code in some releases
  ["ClientRequestException", huawei],
  ["ServerResponseException", huawei],
  ["ServiceResponseException", huawei],
  ["Error", { when: (error) => isBare(error) && read(error, "expose") !== true }], // needle, ws
  ["AssertionError", { when: isBare }], // undici, of a status below 100
]);

function kindOf(error: object): Kind | undefined {
  for (const [mark, kind] of marks) if (has(error, mark) && fits(error, kind)) return kind;
  const named = names.get(readText(error, "name") ?? "");
  if (named && fits(error, named)) return named;
  if (has(error, "response") && fits(error, nameless)) return nameless;
  const code = readText(error, "code");
  if (code === "ABORTED" && has(error, "method")) return {}; // superagent, which then gives no response
  if (code === "ERR_PROXY_TUNNEL") return {}; // node:https, whose `statusCode` is the forward proxy's: a 407 is not the client's
  return code?.startsWith("UND_ERR_") ? itself : undefined; // undici, whose ResponseError and its like have the status
}

function fits(error: object, { when }: Kind): boolean {
  return when === undefined || when(error);
}

/** The status is the transport's: any three digits that an upstream can send, "000" too, not only those of an error. */
function statusOf(answer: unknown): number | undefined {
  for (const name of ["status", "statusCode", "httpStatusCode"]) {
    const status = read(answer, name);
    if (Number.isInteger(status) && Number(status) >= 0 && Number(status) <= 999) return Number(status);
  }
  return undefined;
}

/** A reply that was thrown as it came, or what is left of it. */
function isReply(value: object): boolean {
  return !isError(value) && statusOf(value) !== undefined && typeof (read(value, "headers") ?? undefined) === "object";
}

/** Presence tells a client that declares the member from an error that has never heard of it; a revoked Proxy has none. */
function has(error: object, member: PropertyKey): boolean {
  try {
    return member in error;
  } catch {
    return false;
  }
}

/** Nest keeps what it answers itself under the same name, but no content that an upstream sends can have a method. */
function isTransports(error: object): boolean {
  const found = read(error, "response") ?? undefined;
  return typeof read(error, "getStatus") !== "function" && (found === undefined || typeof read(found, "headers") === "object");
}

function isFetchs(error: object): boolean {
  const message = readText(error, "message");
  return (message === "fetch failed" || message === "terminated") && has(error, "cause");
}

function isOctokits(error: object): boolean {
  return has(error, "response") && readText(error, "request", "url") !== undefined;
}
