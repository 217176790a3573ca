import { isDeepStrictEqual } from "node:util";
import { validateHeaderName, validateHeaderValue, type OutgoingHttpHeaders } from "node:http";
import { survivingFields, type UpstreamCredentials } from "../http/header-fields.js";
import type { ReplyHead } from "../http/reply-head.js";
import { isField, isFieldValue } from "../http/sendable.js";
import { dropUnsendable } from "./drop-unsendable.js";
import type { NodeResponse } from "./exchange.js";

/** The arguments of `writeHead`, in any of its forms. */
export type Head = unknown[];

/**
 * Sets what `writeHead` was given on the response: fields replace those that are there, but a list may name one several times.
 * @throws what node:http throws for an invalid name or value; node:http2 would destroy the stream for some of them
 */
export function setFields(response: NodeResponse, head: Head): void {
  const pairs = pairsOf(fieldsOf(head)).filter(([name]) => name);
  if ("stream" in response)
    for (const [name, value] of pairs) {
      validateHeaderName(name);
      if (value !== null) validateHeaderValue(name, value as string);
    }
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

/** Whether node:http will take it: a head that waits must not throw when its content comes, where nobody can catch. */
export function isValidHead(head: Head): boolean {
  const [status, reason] = head;
  try {
    const code = (status as number) | 0; // as Node reads it
    if (code < 100 || code > 999) return false;
    if (typeof reason === "string" && !isFieldValue(reason)) return false;
    const given = fieldsOf(head);
    if (!Array.isArray(given) || Array.isArray(given[0])) return pairsOf(given).every(([name, value]) => isField(name, value));
    for (let at = 0; at < given.length; at += 2) if (!isField(given[at], given[at + 1])) return false;
    return given.length % 2 === 0;
  } catch {
    return false;
  }
}

/**
 * Leaves out of the head of a success what Node would refuse when it sends it: in `head`, and on the response.
 * @throws what node:http throws for an invalid name or value in `head`
 */
export function makeSendable(response: NodeResponse, head: Head): void {
  const [status, reason] = head;
  if (head.length > 1 && ("stream" in response || response.hasHeader("trailer") || namesTrailer(fieldsOf(head)))) {
    setFields(response, head);
    head.splice(1, head.length, ...(typeof reason === "string" ? [reason] : []));
  }
  dropUnsendable(response, Number(status));
}

function namesTrailer(fields: unknown): boolean {
  if (Array.isArray(fields)) return pairsOf(fields).some(([name]) => isTrailer(name));
  for (const name in fields as object) if (isTrailer(name)) return true;
  return false;
}

function isTrailer(name: unknown): boolean {
  return typeof name === "string" && name.length === 7 && name.toLowerCase() === "trailer";
}

/** What will be sent with it, the response's own fields among it; undefined for one that will not be taken. */
export function plannedHead(response: NodeResponse, head: Head): ReplyHead | undefined {
  if (!isValidHead(head)) return undefined;
  const given = pairsOf(fieldsOf(head)).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status: Number(head[0]), headers: { ...response.getHeaders(), ...Object.fromEntries(given) } };
}

export function fieldsOf([, reason, fields]: Head): unknown {
  return fields ?? (typeof reason === "string" ? undefined : reason);
}

type Pair = [name: string, value: string | string[]];

export function pairsOf(fields: unknown): Pair[] {
  if (!Array.isArray(fields)) return Object.entries(fields ?? {}) as Pair[];
  if (Array.isArray(fields[0])) return fields as Pair[];
  const pairs: Pair[] = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([fields[at], fields[at + 1]]);
  return pairs;
}

export function inFormOf(given: unknown, pairs: readonly Pair[]): unknown {
  if (!Array.isArray(given)) return Object.fromEntries(pairs);
  return Array.isArray(given[0]) ? pairs : pairs.flat();
}

/** What makes the head again what it is now, for one that is sent later: Node takes no other once content has begun. */
export function keepHead(response: NodeResponse): () => void {
  const { statusCode, sendDate } = response;
  const reason = "stream" in response ? {} : { statusMessage: response.statusMessage }; // HTTP/2 has none, and warns
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

/** In their own spelling and order. */
function fieldsOn(response: NodeResponse) {
  const names = (response as { getRawHeaderNames?: () => string[] }).getRawHeaderNames?.() ?? response.getHeaderNames();
  return names.map((name) => {
    const value = response.getHeader(name)!;
    return [name, Array.isArray(value) ? [...value] : value] as const; // to append to a list changes it
  });
}

/** Makes the fields what they were `before`, but for those that are to stay. */
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
 * The same when an upstream's error reply has been set on the response: what lives of it stays.
 * @param spoilt names of fields that are left from another reply
 */
export function keepLive(
  response: NodeResponse,
  before: OutgoingHttpHeaders,
  options: UpstreamCredentials,
  spoilt: readonly string[] = [],
): void {
  const live = new Set(survivingFields(response.getHeaders(), options).map(([name]) => name));
  for (const name of spoilt) live.delete(name);
  resetFields(response, before, live);
}

/** Fields that are lists by nature, in which the gateway's own stand beside the upstream's. */
const lists = ["set-cookie", "vary"] as const;

/** Puts back what the gateway had in its lists `before` an upstream's replaced them. */
export function joinLists(response: NodeResponse, before: OutgoingHttpHeaders): void {
  for (const name of lists) {
    const present = new Set([response.getHeader(name) ?? []].flat());
    for (const value of [before[name] ?? []].flat()) if (!present.has(value)) response.appendHeader(name, String(value));
  }
}
