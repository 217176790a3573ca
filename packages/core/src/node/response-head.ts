import { alwaysHopByHop, hopByHopFields } from "../http/header-fields.js";
import { isHttp2 } from "../http/is-http2.js";
import type { ReplyHead } from "../http/reply-head.js";
import { isField, isFieldValue } from "../http/is-field.js";
import { dropUnsendable } from "./drop-unsendable.js";
import type { NodeResponse } from "./exchange.js";
import { hasOptions, persistence } from "./prepare-request.js";

/** Describes the arguments of `writeHead`, in any of its forms. */
export type Head = unknown[];

/** Reads a status as Node does: as an integer of 32 bits, and node:http2 sends 200 for a zero. */
export function toNodeStatus(response: NodeResponse, given: unknown): number {
  const status = (given as number) | 0;
  return status === 0 && isHttp2(response) ? 200 : status;
}

/**
 * Sets the fields that `writeHead` was given on the response, as node:http does where some are set already: they replace those that are
 * there, but a list may name one several times.
 * @throws what Node throws for an invalid name or value. node:http2 accepts some that it cannot send: dropUnsendable() removes them
 */
export function setFields(response: NodeResponse, head: Head): void {
  const given = headFields(head);
  const pairs = pairsOf(given).filter(([name]) => name);
  if (!Array.isArray(given)) {
    for (const [name, value] of pairs) response.setHeader(name, Array.isArray(value) ? [...value] : value); // to append to a list changes it
    return;
  }
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

/** Removes the fields from the arguments of `writeHead`, once they are set on the response. */
export function dropFields(head: Head): void {
  const [, reason] = head;
  head.splice(1, head.length, ...(typeof reason === "string" ? [reason] : []));
}

/** Whether node:http accepts a head: one that is buffered must not throw when its content comes, where nobody can catch. */
export function isValidHead(head: Head): boolean {
  const [status, reason] = head;
  try {
    const code = (status as number) | 0; // as Node reads it
    if (code < 100 || code > 999) return false;
    if (typeof reason === "string" && !isFieldValue(reason)) return false;
    const given = headFields(head);
    if (!Array.isArray(given) || Array.isArray(given[0])) return pairsOf(given).every(([name, value]) => isField(name, value));
    for (let at = 0; at < given.length; at += 2) if (!isField(given[at], given[at + 1])) return false;
    return given.length % 2 === 0;
  } catch {
    return false;
  }
}

/**
 * Removes from the head of a success what Node would refuse when it sends it: in `head`, and on the response.
 * @param hops its hop-by-hop fields
 * @throws what node:http throws for an invalid name or value in `head`
 */
export function makeSendable(response: NodeResponse, head: Head, hops = hopByHopIn(response, head)): void {
  const connection = head[0] === 101 ? undefined : fieldText(hops.get("connection")); // node:http2 does not keep it
  const isNamingFields = hasOptions(connection);
  if (head.length > 1 && (isHttp2(response) || isNamingFields || hops.has("trailer"))) {
    setFields(response, head);
    dropFields(head);
  }
  if (isNamingFields) dropNamed(response, connection);
  dropUnsendable(response, Number(head[0]));
}

/** Removes the fields that Connection names: they belong to the connection of an upstream (RFC 9110 section 7.6.1). */
export function dropNamed(response: NodeResponse, connection = fieldText(response.getHeader("connection"))): void {
  if (!hasOptions(connection)) return;
  for (const name of hopByHopFields({ connection })) if (!framing.has(name)) response.removeHeader(name);
  if (isHttp2(response)) return; // which drops the field itself
  response.setHeader("connection", response.shouldKeepAlive ? persistence(connection) : "close");
}

function fieldText(field: unknown): string | undefined {
  return field === undefined ? undefined : String(field);
}

const framing: ReadonlySet<string> = new Set(["connection", "content-length", "trailer", "transfer-encoding"]);

const noHops: ReadonlyMap<string, unknown> = new Map();

/**
 * Reads the hop-by-hop fields of the head that `writeHead` sends, by their names in lower case. Few heads have one: one look at all names
 * spares a search for each.
 */
export function hopByHopIn(response: NodeResponse, head: Head): ReadonlyMap<string, unknown> {
  const names: unknown[] = response.getHeaderNames();
  if (head.length > 1) addNames(names, headFields(head));
  let found: Map<string, unknown> | undefined;
  for (const name of names) {
    if (typeof name !== "string") continue;
    const lower = name.toLowerCase();
    if (!alwaysHopByHop.has(lower)) continue;
    const value = fieldIn(response, head, lower);
    if (value !== undefined) (found ??= new Map()).set(lower, value);
  }
  return found ?? noHops;
}

/** Adds the names in fields of any form. */
function addNames(names: unknown[], given: unknown): void {
  if (!Array.isArray(given)) names.push(...Object.keys(given ?? {}));
  else if (Array.isArray(given[0])) for (const [name] of given) names.push(name);
  else for (let at = 0; at < given.length; at += 2) names.push(given[at]);
}

/**
 * Reads a field of the head that `writeHead` sends: its arguments come before what is set on the response.
 * @param wanted name in lower case
 */
function fieldIn(response: NodeResponse, head: Head, wanted: string): unknown {
  const given = head.length > 1 ? headFields(head) : undefined;
  return (given === undefined ? undefined : givenField(given, wanted)) ?? response.getHeader(wanted);
}

function givenField(given: unknown, wanted: string): unknown {
  if (Array.isArray(given)) return pairsOf(given).findLast(([name]) => isNamed(name, wanted))?.[1];
  for (const name in given as object) if (isNamed(name, wanted)) return (given as Record<string, unknown>)[name];
  return undefined;
}

function isNamed(name: unknown, wanted: string): boolean {
  return typeof name === "string" && name.length === wanted.length && name.toLowerCase() === wanted;
}

/** Reads the reply head that will be sent: that of `writeHead` joined with the response's own fields; undefined if Node would refuse it. */
export function plannedHead(response: NodeResponse, head: Head): ReplyHead | undefined {
  if (!isValidHead(head)) return undefined;
  const given = pairsOf(headFields(head)).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (isHttp2(response) && given.some(([, value]) => value === null)) return undefined;
  return { status: Number(head[0]), headers: Object.assign(response.getHeaders(), Object.fromEntries(given)) };
}

/** Reads the fields out of the arguments of `writeHead`, in the form they were given in. */
export function headFields([, reason, fields]: Head): unknown {
  return fields ?? (typeof reason === "string" ? undefined : reason);
}

type Pair = [name: string, value: string | string[]];

/** Reads fields of any form as pairs. */
export function pairsOf(fields: unknown): Pair[] {
  if (!Array.isArray(fields)) return Object.entries(fields ?? {}) as Pair[];
  if (Array.isArray(fields[0])) return fields as Pair[];
  const pairs: Pair[] = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([fields[at], fields[at + 1]]);
  return pairs;
}

/** Writes pairs in the form of the fields that were given. */
export function inFormOf(given: unknown, pairs: readonly Pair[]): unknown {
  if (!Array.isArray(given)) return Object.fromEntries(pairs);
  return Array.isArray(given[0]) ? pairs : pairs.flat();
}
