import { fieldEntries } from "../../http/field-entries.js";
import { hasMember, read, readText } from "../../util/safe-read.js";
import { hasAny, seekMembers, type ErrorKeys } from "../error-keys.js";

/** Lists the members in which clients keep the header fields that they received. */
const headerMembers = ["headers", "responseHeaders"] as const;

/** Lists fields that describe the content of a message or its connection: an application seldom sets them for the answer to its own error. */
const messageFields: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "date",
  "etag",
  "keep-alive",
  "server",
  "transfer-encoding",
  "via",
  "x-powered-by",
]);

/** Lists the members in which clients keep the content that they received. */
const bodyMembers = ["body", "responseBody", "rawBody", "response_body"] as const;

/** Lists the members in which clients keep the id that a vendor gave the request. An `id` or a `requestID` may be an application's. */
const requestIdMembers = ["request_id", "requestId", "_request_id", "x_request_id", "ray_id"] as const;

/** Lists members of frameworks' own errors: http-errors, Boom, Nest, Hono, h3, Ts.ED, restify, Fastify. h3 2 has its own without a value. */
const frameworkMembers = [
  "expose",
  "isBoom",
  "getStatus",
  "getResponse",
  "unhandled",
  "setHeaders",
  "jse_info",
  "validation",
] as const;

/**
 * Whether an error is that of an HTTP client which no table lists. Frameworks give their users errors to throw with a status, a message and
 * header fields for the answer. A status that stands beside a whole message, its content or a vendor's request id was received.
 */
export function isReceivedError(error: object, members: ErrorKeys["members"]): boolean {
  if (!hasAny(members, evidenceNames) || !evidence.some((member) => members.has(member) && hasMember(error, member)))
    return false;
  if ((receivedStatusOf(error) ?? statusCodeOf(error)) === undefined) return false;
  const fields = headerMembers.flatMap((member) => (members.has(member) ? fieldEntries(read(error, member)) : []));
  if (fields.some(isOriginDate)) return true;
  if (isNamedByFramework(error) || frameworkMembers.some((member) => members.has(member) && hasMember(error, member)))
    return false;
  const hasBody = bodyMembers.some((member) => (read(error, member) ?? undefined) !== undefined);
  const hasId = requestIdMembers.some((member) => (readText(error, member) ?? "") !== "");
  return fields.some(([name]) => messageFields.has(name.toLowerCase())) || hasBody || hasId;
}

/** Lists all members that may show it. */
const evidence: readonly string[] = [...headerMembers, ...bodyMembers, ...requestIdMembers];

const evidenceNames = seekMembers(evidence);
seekMembers(frameworkMembers);

/** Whether a field is the Date with which a server sent a message (RFC 9110 section 6.6.1): no application sets it for its answer. */
function isOriginDate([name, value]: readonly [name: string, value: unknown]): boolean {
  return name.toLowerCase() === "date" && typeof value === "string" && value.endsWith(" GMT");
}

/** Whether a name says whose error it is: a parser of the request's content keeps that content, too. */
function isNamedByFramework(error: object): boolean {
  return read(error, "type") === "FeathersError" || readText(error, "name") === "SyntaxError";
}

/** Lists the members in which clients keep the status that they received. */
const statusMembers: readonly string[] = ["status", "statusCode", "httpStatusCode", "httpStatus"];

/** Reads the status that a transport received: any three digits that an upstream can send, "000" too, not only those of an error. */
export function receivedStatusOf(answer: unknown, members = statusMembers): number | undefined {
  for (const name of members) {
    const status = read(answer, name);
    if (Number.isInteger(status) && Number(status) >= 0 && Number(status) <= 999) return Number(status);
  }
  return undefined;
}

/** Reads the status of a client that has it as its numeric code, which is often something else. */
export function statusCodeOf(error: object): number | undefined {
  const code = receivedStatusOf(error, ["code"]);
  return code !== undefined && code >= 100 ? code : undefined;
}
