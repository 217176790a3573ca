import type { OutgoingHttpHeaders } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { foldSuccess, functionGraph } from "../contract.js";
import { isCredential, liveHeaders, type UpstreamCredentials } from "../headers.js";
import type { ReplyHead } from "../upstream/replies/reply.js";
import { successHead, type SuccessOptions } from "../upstream/success.js";
import type { NodeResponse } from "./answer.js";

/** The arguments of `writeHead`, in any of its forms. */
export type Head = unknown[];

/**
 * Sets what `writeHead` was given on the response: fields replace those that are there, but a list may name one several times.
 * @throws what Node throws for an invalid name or value
 */
export function setFields(response: NodeResponse, head: Head): void {
  const pairs = pairsOf(fieldsOf(head)).filter(([name]) => name);
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

/** Whether node:http will take it: a head that waits must not throw when its content comes, where nobody can catch. */
export function isValidHead(head: Head): boolean {
  const [status, reason] = head;
  try {
    if (!(Number(status) >= 100 && Number(status) <= 999)) return false;
    if (typeof reason === "string" && !isValidValue(reason)) return false;
    const given = fieldsOf(head);
    if (!Array.isArray(given) || Array.isArray(given[0])) return pairsOf(given).every(isValidField);
    for (let at = 0; at < given.length; at += 2) if (!isValidField([given[at], given[at + 1]])) return false;
    return given.length % 2 === 0;
  } catch {
    return false;
  }
}

/** By node:http's own rules: its validators take several times as long, since they expect to throw. */
function isValidField([name, value]: readonly [unknown, unknown]): boolean {
  if (typeof name !== "string" || !token.test(name)) return false;
  return Array.isArray(value) ? value.every(isValidValue) : isValidValue(value);
}

/** Node makes text of all that is no text, as a regular expression does. */
function isValidValue(value: unknown): boolean {
  return value !== undefined && !unsendable.test(value as string);
}

const token = /^[\w!#$%&'*+.^`|~-]+$/;
const unsendable = /[^\t\x20-\x7e\x80-\xff]/;

/** What will be sent with it, the response's own fields among it; undefined for one that will not be taken. */
export function plannedHead(response: NodeResponse, head: Head): ReplyHead | undefined {
  if (!isValidHead(head)) return undefined;
  const given = pairsOf(fieldsOf(head)).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status: Number(head[0]), headers: { ...response.getHeaders(), ...Object.fromEntries(given) } };
}

function fieldsOf([, reason, fields]: Head): unknown {
  return fields ?? (typeof reason === "string" ? undefined : reason);
}

type Pair = [name: string, value: string | string[]];

function pairsOf(fields: unknown): Pair[] {
  if (!Array.isArray(fields)) return Object.entries(fields ?? {}) as Pair[];
  if (Array.isArray(fields[0])) return fields as Pair[];
  const pairs: Pair[] = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([fields[at], fields[at + 1]]);
  return pairs;
}

function inFormOf(given: unknown, pairs: readonly Pair[]): unknown {
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
  const live = new Set(liveHeaders(response.getHeaders(), options).map(([name]) => name));
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

/**
 * Makes of a success's head what the options ask for, in `head` and on the response: it is folded, and its upstream's credentials are left out.
 * @param before the gateway's own fields
 * @param endsEmpty whether it is known to have no content, whatever its Content-Length says
 */
export function settleHead(
  response: NodeResponse,
  before: OutgoingHttpHeaders,
  head: Head,
  endsEmpty: boolean,
  options: SuccessOptions,
): void {
  if (options.upstreamCredentials === "drop") leaveOutCredentials(response, before, head);
  if (options.success === "fold") foldHead(response, head, endsEmpty, options);
}

function leaveOutCredentials(response: NodeResponse, before: OutgoingHttpHeaders, head: Head): void {
  const given = fieldsOf(head);
  const pairs = pairsOf(given);
  const kept = pairs.filter(([name]) => !isCredential(String(name).toLowerCase()));
  if (kept.length < pairs.length) head[given === head[1] ? 1 : 2] = inFormOf(given, kept);
  for (const name of response.getHeaderNames()) {
    if (!isCredential(name)) continue;
    const { [name]: own } = before;
    if (own === undefined) response.removeHeader(name);
    else response.setHeader(name, own);
  }
}

/** A success that is not documented becomes one that is. */
function foldHead(response: NodeResponse, head: Head, endsEmpty: boolean, options: SuccessOptions): void {
  const received = Number(head[0]);
  if (foldSuccess(options.contract ?? functionGraph, received, true) === received) return;
  setFields(response, head);
  const present = response.getHeaders();
  const isEmpty = endsEmpty || Number(present["content-length"]) === 0;
  const { status, headers } = successHead({ status: received, headers: present }, isEmpty, {
    ...options,
    upstreamCredentials: "relay", // they are left out already
  });
  for (const name of Object.keys(present)) if (!Object.hasOwn(headers, name)) response.removeHeader(name);
  const { "proxy-status": proxyStatus } = headers;
  if (proxyStatus !== undefined) response.setHeader("proxy-status", proxyStatus as string);
  response.statusCode = status;
  if (!("stream" in response)) response.statusMessage = "";
  head.splice(0, head.length, status);
}
