import { isRequestId } from "../util/sanitize.js";
import type { Facts } from "./request-facts.js";

/** Matches a traceparent (W3C Trace Context section 3.2): version ff is not valid, nor are ids of zeros only. */
const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/**
 * Gives the id that the response already carries, else the request's own, else the upstream's, else a new one.
 * @param upstreamRequestId the one that a service behind this gateway has given the request
 */
export function chooseRequestId(facts: Facts, upstreamRequestId?: string): string {
  const draft = validId(facts.draftRequestId);
  if (draft !== undefined) return validId(facts.responseHeaders?.["x-request-id"]) ?? validId(upstreamRequestId) ?? draft;
  return givenRequestId(facts) ?? validId(upstreamRequestId) ?? newRequestId();
}

/** Gives the id that the response already carries, else the request's own. */
export function givenRequestId({ headers, responseHeaders }: Facts): string | undefined {
  return (
    validId(responseHeaders?.["x-request-id"]) ??
    validId(headers["x-request-id"]) ??
    validId(headers["x-cff-request-id"]) ??
    traceIdOf(headers["traceparent"])
  );
}

/** Sets the octets of an id: as many as in W3C Trace Context's and nginx's. */
const idOctets = 16;

let drawnHex = "";
let nextOffset = 0;

/** Makes an id of random octets in hex. A slice of many that were drawn at once costs less than a UUID. */
export function newRequestId(): string {
  if (nextOffset === drawnHex.length) {
    drawnHex = randomOctets(256 * idOctets).toString("hex");
    nextOffset = 0;
  }
  return drawnHex.slice(nextOffset, (nextOffset += 2 * idOctets));
}

/** Loads node:crypto with the first id, not at a cold start that needs none. Node 20.15 has its Web Crypto only. */
function randomOctets(length: number): Buffer {
  const crypto = (process.getBuiltinModule as typeof process.getBuiltinModule | undefined)?.("node:crypto");
  return crypto?.randomBytes(length) ?? Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(length)));
}

/** Returns an id that may be sent; undefined for any other value. */
export function validId(id: unknown): string | undefined {
  return isRequestId(id) ? id : undefined;
}

function traceIdOf(parent: unknown): string | undefined {
  return typeof parent === "string" ? traceparent.exec(parent)?.[1] : undefined;
}
