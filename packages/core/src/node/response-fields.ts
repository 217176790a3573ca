import { isDeepStrictEqual } from "node:util";
import type { OutgoingHttpHeaders } from "node:http";
import { survivingFields, type UpstreamCredentials } from "../http/header-fields.js";
import { isHttp2 } from "../http/is-http2.js";
import type { NodeResponse } from "./exchange.js";

/**
 * Makes a snapshot of a response's head, for one that is sent later.
 * @returns restores it
 */
export function keepHead(response: NodeResponse): () => void {
  const { statusCode, sendDate } = response;
  const reason = isHttp2(response) ? {} : { statusMessage: response.statusMessage }; // HTTP/2 has none, and warns
  const fields = fieldsOn(response);
  return () => {
    Object.assign(response, { statusCode }, reason);
    const present = fieldsOn(response);
    if (!isDeepStrictEqual(present, fields)) {
      for (const [name] of present) response.removeHeader(name);
      for (const [name, value] of fields) response.setHeader(name, value);
    }
    response.sendDate = sendDate; // to remove a Date turns it off
  };
}

/** Reads the fields of a response in their own spelling and order. */
function fieldsOn(response: NodeResponse) {
  const names = (response as { getRawHeaderNames?: () => string[] }).getRawHeaderNames?.() ?? response.getHeaderNames();
  return names.map((name) => {
    const value = response.getHeader(name)!;
    return [name, Array.isArray(value) ? [...value] : value] as const; // to append to a list changes it
  });
}

/**
 * Resets the fields of a response.
 * @param before the fields that it is to have
 * @param stays names of fields that keep their present value
 */
export function resetFields(response: NodeResponse, before: OutgoingHttpHeaders, stays: ReadonlySet<string> = none): void {
  for (const name of response.getHeaderNames()) {
    const value = before[name];
    if (stays.has(name)) continue;
    if (value === undefined) response.removeHeader(name);
    else response.setHeader(name, value);
  }
  response.sendDate = true; // to remove a Date turns it off
}

const none: ReadonlySet<string> = new Set();

/**
 * Resets the fields of a response on which an upstream's error reply has been set; the surviving fields of that reply stay, and are joined
 * with the gateway's own where they are lists.
 * @param before the fields that it had before the reply
 * @param stale names of fields that are left from another reply
 */
export function keepSurvivingFields(
  response: NodeResponse,
  before: OutgoingHttpHeaders,
  options: UpstreamCredentials,
  stale: readonly string[] = [],
): void {
  const surviving = new Set(survivingFields(response.getHeaders(), options).map(([name]) => name));
  for (const name of stale) surviving.delete(name);
  resetFields(response, before, surviving);
  joinLists(response, before);
}

/** Lists fields that are lists by their grammar: the gateway's own values are sent along with the upstream's. */
export const listFields: ReadonlySet<string> = new Set(["set-cookie", "vary"]);

/** Restores the values that the gateway had in its list fields `before` those of an upstream replaced them. */
export function joinLists(response: NodeResponse, before: OutgoingHttpHeaders): void {
  for (const name of listFields) {
    const own = before[name] ?? undefined;
    if (own === undefined) continue; // as nearly always
    const present = new Set([response.getHeader(name) ?? []].flat());
    for (const value of [own].flat()) if (!present.has(value)) response.appendHeader(name, String(value));
  }
}
