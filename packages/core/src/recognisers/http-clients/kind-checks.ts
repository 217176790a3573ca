import { hasMember, read, readStatus, readText } from "../../util/safe-read.js";

/** Whether nobody has chosen a status or a message for a client. */
export function isUnmeant(error: object): boolean {
  return read(error, "expose") !== true && (readStatus(error, "status") ?? readStatus(error, "statusCode")) === undefined;
}

export function isAws2(error: object): boolean {
  return hasMember(error, "time") && hasMember(error, "code");
}

/** Whether the SDK could not replace a status that the body had set. */
export function isForgedStatus(error: object): boolean {
  return hasMember(error, "[statusCode]") && Object.getOwnPropertyDescriptor(error, "statusCode")?.writable !== true;
}

/** Whether an error is of restify-clients, which names it by what the body says. restify-errors gives a RestError no name of its own. */
export function isOfRestifyClient(error: object): boolean {
  if (readText(error, "constructor", "name") !== "RestError") return false;
  return Object.hasOwn(error, "name") || readText(error, "message")?.startsWith("Invalid JSON in response") === true;
}

/** Finds the code of a call without an answer, which mailgun.js gives the status 400, and the code as its message. */
export function mailgunFailure(error: object): object | undefined {
  const code = readText(error, "message") ?? "";
  return read(error, "status") === 400 && /^E[A-Z_]+$/.test(code) ? { code, message: read(error, "details") } : undefined;
}

/**
 * Whether `response` comes from a transport. Nest keeps its own answer under the same name, but no content that an upstream sends
 * can have a method.
 */
export function isTransportResponse(error: object): boolean {
  const found = read(error, "response") ?? undefined;
  return typeof read(error, "getStatus") !== "function" && (found === undefined || isTransportHead(found));
}

export function isTransportHead(value: unknown): boolean {
  return typeof (read(value, "headers") ?? undefined) === "object";
}

export function isFetchError(error: object): boolean {
  const message = readText(error, "message");
  return (message === "fetch failed" || message === "terminated") && hasMember(error, "cause");
}

export function isOctokitError(error: object): boolean {
  return hasMember(error, "response") && readText(error, "request", "url") !== undefined;
}
