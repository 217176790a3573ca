import type { Facts } from "../responder/request-facts.js";
import { read, readText } from "../util/safe-read.js";
import { isRequestId } from "../util/sanitize.js";

/**
 * The facts of the request behind an API Gateway event. Of any other event there are none but the request id. Never throws.
 * The id is the request's own, else API Gateway's, which is the one that the client is told, else that of the invocation.
 * @param context the runtime's
 * @example respond(thrown, eventFacts(event, context));
 */
export function eventFacts(event: unknown, context?: unknown): Facts {
  const headers = headersOf(read(event, "headers"));
  const own = [headers["x-request-id"], headers["x-cff-request-id"]];
  const id = [...own, read(event, "requestContext", "requestId"), idOf(context)].find(isRequestId);
  if (id !== undefined) headers["x-request-id"] = id;
  return { headers, method: readText(event, "httpMethod"), url: readText(event, "path") };
}

function headersOf(fields: unknown): Record<string, string> {
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

function idOf(context: unknown): unknown {
  try {
    const { getRequestID, requestID } = Object(context) as { getRequestID?: unknown; requestID?: unknown };
    return typeof getRequestID === "function" ? (getRequestID.call(context) as unknown) : requestID;
  } catch {
    return undefined;
  }
}
