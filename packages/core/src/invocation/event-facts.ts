import { RequestFacts, type Facts } from "../responder/request-facts.js";
import { read, readText } from "../util/safe-read.js";
import { isRequestId } from "../util/sanitize.js";

/**
 * Reads the facts of the request behind an API Gateway event; any other event has none but the request id. Never throws.
 * The id is the request's own, else API Gateway's, which is the one that the client sees, else that of the invocation.
 * @param event API Gateway's
 * @param context the runtime's second argument of a handler
 * @example respond(thrown, eventFacts(event, context));
 */
export function eventFacts(event: unknown, context?: unknown): Facts {
  const headers = eventFields(read(event, "headers"));
  const own = [headers["x-request-id"], headers["x-cff-request-id"]];
  const id = [...own, read(event, "requestContext", "requestId"), invocationIdOf(context)].find(isRequestId);
  if (id !== undefined) headers["x-request-id"] = id;
  const facts = { headers, method: readText(event, "httpMethod"), url: targetOf(event) };
  return new RequestFacts(facts, { request: event, ctx: context });
}

/** Writes the target of the request anew: API Gateway takes its query apart. */
function targetOf(event: unknown): string | undefined {
  const path = readText(event, "path");
  try {
    const pairs = Object.entries(read(event, "queryStringParameters") ?? {}).flatMap(([name, value]) =>
      [value].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(String(each))}`),
    );
    return path !== undefined && pairs.length > 0 ? `${path}?${pairs.join("&")}` : path;
  } catch {
    return path;
  }
}

function eventFields(fields: unknown): Record<string, string> {
  try {
    const entries = Object.entries(fields ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : value,
    ]);
    return Object.fromEntries(entries.filter(([, value]) => typeof value === "string")) as Record<string, string>;
  } catch {
    return {};
  }
}

function invocationIdOf(context: unknown): unknown {
  try {
    const { getRequestID, requestID } = Object(context) as { getRequestID?: unknown; requestID?: unknown };
    return typeof getRequestID === "function" ? (getRequestID.call(context) as unknown) : requestID;
  } catch {
    return undefined;
  }
}
