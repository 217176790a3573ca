import { randomBytes } from "node:crypto";
import { isRequestId } from "../util/sanitize.js";
import type { Facts } from "./request-facts.js";

/** W3C Trace Context section 3.2: version ff is not valid, nor are ids of zeros only. */
const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/**
 * The id that the response already carries, else the request's own, else the upstream's, else a new one.
 * @param upstreams the one that a service further on has given it
 */
export function requestIdOf({ headers, responseHeaders }: Facts, upstreams?: string): string {
  return (
    valid(responseHeaders?.["x-request-id"]) ??
    valid(headers["x-request-id"]) ??
    valid(headers["x-cff-request-id"]) ??
    traceIdOf(headers["traceparent"]) ??
    valid(upstreams) ??
    newId()
  );
}

/** Octets of an id, as many as W3C Trace Context and nginx give theirs. */
const size = 16;

let drawn = "";
let next = 0;

/** Random octets in hex: a slice of many that were drawn at once costs less than a UUID. */
function newId(): string {
  if (next === drawn.length) {
    drawn = randomBytes(256 * size).toString("hex");
    next = 0;
  }
  return drawn.slice(next, (next += 2 * size));
}

function valid(id: unknown): string | undefined {
  return isRequestId(id) ? id : undefined;
}

function traceIdOf(parent: unknown): string | undefined {
  return typeof parent === "string" ? traceparent.exec(parent)?.[1] : undefined;
}
