import { validateHeaderName, validateHeaderValue, type OutgoingHttpHeaders } from "node:http";
import { foldSuccess, functionGraph } from "../contract.js";
import { liveHeaders } from "../headers.js";
import { successHead, type SuccessOptions } from "../upstream/success.js";
import type { NodeResponse } from "./answer.js";

/** The arguments of `writeHead`, in any of its forms. */
export type Head = unknown[];

/**
 * Sets what `writeHead` was given on the response: fields replace those that are there, but a list may name one several times.
 * @throws what Node throws for an invalid name or value
 */
export function setFields(response: NodeResponse, [, reason, fields]: Head): void {
  const pairs = pairsOf(fields ?? (typeof reason === "string" ? undefined : reason)).filter(([name]) => name);
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

/** Whether node:http will take it: a head that waits must not throw when its content comes, where nobody can catch. */
export function isValidHead([status, reason, fields]: Head): boolean {
  try {
    const given = fields ?? (typeof reason === "string" ? undefined : reason);
    if (Array.isArray(given) && !Array.isArray(given[0]) && given.length % 2 !== 0) return false;
    for (const [name, value] of pairsOf(given)) {
      validateHeaderName(name);
      for (const one of Array.isArray(value) ? value : [value]) validateHeaderValue(name, one);
    }
    if (typeof reason === "string") validateHeaderValue("reason", reason);
    return Number(status) >= 100 && Number(status) <= 999;
  } catch {
    return false;
  }
}

type Pair = [name: string, value: string | string[]];

function pairsOf(fields: unknown): Pair[] {
  if (!Array.isArray(fields)) return Object.entries(fields ?? {}) as Pair[];
  if (Array.isArray(fields[0])) return fields as Pair[];
  return fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]] as Pair] : []));
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

/** The same when an upstream's error reply has been set on the response: what lives of it stays. */
export function keepLive(response: NodeResponse, before: OutgoingHttpHeaders): void {
  resetFields(response, before, new Set(liveHeaders(response.getHeaders()).map(([name]) => name)));
}

/**
 * Makes of a success that is not documented one that is: in `head`, and on the response.
 * @param endsEmpty whether it is known to have no content, whatever its Content-Length says
 */
export function foldHead(response: NodeResponse, head: Head, endsEmpty: boolean, options: SuccessOptions): void {
  const received = Number(head[0]);
  if (foldSuccess(options.contract ?? functionGraph, received, true) === received) return;
  setFields(response, head);
  const present = response.getHeaders();
  const isEmpty = endsEmpty || Number(present["content-length"]) === 0;
  const { status, headers } = successHead({ status: received, headers: present }, isEmpty, options);
  for (const name of Object.keys(present)) if (!Object.hasOwn(headers, name)) response.removeHeader(name);
  const { "proxy-status": proxyStatus } = headers;
  if (proxyStatus !== undefined) response.setHeader("proxy-status", proxyStatus as string);
  response.statusCode = status;
  if (!("stream" in response)) response.statusMessage = "";
  head.splice(0, head.length, status);
}
