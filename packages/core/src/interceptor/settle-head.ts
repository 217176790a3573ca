import type { OutgoingHttpHeaders } from "node:http";
import { foldSuccess, functionGraph } from "../contract/contract.js";
import { proxyAuthenticationRule } from "../http/field-rules.js";
import { isCredential } from "../http/header-fields.js";
import { isHttp2 } from "../http/is-http2.js";
import type { ReplyHead } from "../http/reply-head.js";
import { dropUnsendable } from "../node/drop-unsendable.js";
import type { NodeResponse } from "../node/exchange.js";
import { prepareLeftReply } from "../node/left-reply.js";
import { keepSurvivingFields } from "../node/response-fields.js";
import { headFields, hopByHopIn, inFormOf, pairsOf, setFields, type Head } from "../node/response-head.js";
import type { ReplyOptions } from "../reply/reply-finding.js";
import { successHead, type SuccessOptions } from "../reply/success-head.js";
import type { Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import type { Interception } from "./interception.js";

/** Describes what is read of an interception to settle its head. */
type SettledResponse = Pick<Interception<unknown>, "response" | "ownFields">;

/**
 * Settles the head of a success as the options ask for, in `head` and on the response: folds it, and leaves out its upstream's credentials,
 * and in any case those of a proxy behind this gateway.
 * @param endsEmpty whether it is known to have no content, whatever its Content-Length says
 * @param hops its hop-by-hop fields
 * @returns the hop-by-hop fields that are left
 */
export function settleHead(
  { response, ownFields }: SettledResponse,
  head: Head,
  endsEmpty: boolean,
  options: SuccessOptions,
  hops = hopByHopIn(response, head),
): ReadonlyMap<string, unknown> {
  if (options.upstreamCredentials === "drop") leaveOut(isCredential, response, ownFields, head);
  else if (hops.size > 0 && proxyFields.some((name) => hops.has(name)))
    leaveOut((name) => proxyFields.includes(name), response, ownFields, head);
  if (options.success === "fold") foldHead(response, head, endsEmpty, options);
  return hops.size === 0 ? hops : hopByHopIn(response, head);
}

/**
 * Settles the head of an error reply whose body is left alone, on the response, without what Node would refuse to send.
 * @param facts what is known of the request besides Node's own
 * @returns the status
 */
export function settleLeftHead(
  respond: Responder,
  { request, response, ownFields }: SettledResponse & Pick<Interception<unknown>, "request">,
  head: ReplyHead,
  options: ReplyOptions,
  facts: Partial<Facts>,
): number {
  keepSurvivingFields(response, ownFields, options);
  const { status, headers } = prepareLeftReply(respond, head, request, response, options, facts);
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  dropUnsendable(response, status);
  return (response.statusCode = status);
}

/** Lists the fields that are between a proxy of the upstream and this gateway alone. */
const proxyFields: readonly string[] = proxyAuthenticationRule.names ?? [];

/** Leaves fields out of the head of an upstream. The gateway's own stay. */
function leaveOut(matches: (name: string) => boolean, response: NodeResponse, ownFields: OutgoingHttpHeaders, head: Head): void {
  const given = headFields(head);
  const pairs = pairsOf(given);
  const kept = pairs.filter(([name]) => !matches(String(name).toLowerCase()));
  if (kept.length < pairs.length) head[given === head[1] ? 1 : 2] = inFormOf(given, kept);
  for (const name of response.getHeaderNames()) {
    if (!matches(name)) continue;
    const { [name]: own } = ownFields;
    if (own === undefined) response.removeHeader(name);
    else response.setHeader(name, own);
  }
}

/** Folds a success that is not documented into one that is. */
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
  if (!isHttp2(response)) response.statusMessage = "";
  head.splice(0, head.length, status);
}
