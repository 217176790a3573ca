import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { UpstreamExchange } from "./upstream-exchange.js";

/** Describes a request of node:http, or of node:http2's compatibility API. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;
/** Describes a response of node:http, or of node:http2's compatibility API. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/**
 * Records what this package knows of one response, of a request, or of the socket of an upgrade, which has no response. A CommonJS and an ES
 * module copy, also of different versions, read the same record: a later version may add members, but never changes the meaning of one that is
 * here.
 */
interface Exchange {
  /** We have answered the response, or have cut it. */
  isAnswered: boolean;
  /** The thrown value that it was answered for. */
  answeredFor: unknown;
  /** Whatever fails from now on is a consequence of what we did to the response, and is not reported. */
  isSilenced: boolean;
  /** An integration has inspected the content. It is marked before the head is written. */
  isInspected?: boolean;
  /** The content of an upstream's error reply is being read: what fails from now on is only that content. */
  isRefused?: boolean;
  /** The response passes on an upstream's error reply with its own body, under the contract's head. */
  isBodyLeft?: boolean;
  /** An integration sends the response, or its answer, though its library says that the exchange has failed. */
  isLeftToIntegration?: boolean;
  /** Proxy libraries are to see a complete response. */
  seemsDone?: boolean;
  /** The request's fields are fit to be copied, where this is the record of a request. */
  isPrepared?: boolean;
  /** The id of the request, where this is the record of one. */
  requestId?: string;
  /** The new id that was sent to an upstream; the upstream's error may have another. */
  draftRequestId?: string;
  /** The upgrade has succeeded: the client has its 101. */
  isSwitched?: boolean;
  /** The exchange of a proxied request with its upstream. */
  upstream?: UpstreamExchange;
  /** Runs before the response is answered, with `subject` as its argument. */
  beforeAnswer: ((subject: unknown) => void) | undefined;
  subject: unknown;
}

/** Names the registered key of the record, so that all copies of this package find it. */
const key: unique symbol = Symbol.for("fg-errors.exchange");

type WithExchange = { [key]?: Exchange };

/**
 * Whether a response is one of our own answers, or was cut by us; by another copy of this package, too.
 * @example if (!isAnswered(response)) log(response.statusCode);
 */
export function isAnswered(response: object): boolean {
  return exchangeOf(response)?.isAnswered === true;
}

/**
 * Marks a response as answered for a failure.
 * @returns whether the failure is news: it is not if the response was answered for it before, by whatever integration, or is silenced
 */
export function markAnswered(response: object, thrown: unknown): boolean {
  const exchange = openExchange(response);
  if (exchange.isSilenced || (exchange.isAnswered && exchange.answeredFor === thrown)) return false;
  exchange.isAnswered = true;
  exchange.answeredFor = thrown;
  return true;
}

/** Reports nothing of what fails on this response from now on. */
export function silence(response: object): void {
  const exchange = openExchange(response);
  exchange.isAnswered = exchange.isSilenced = true;
}

/** Names the members that are only set, and never reset. */
type Mark = "isInspected" | "isRefused" | "isBodyLeft" | "isLeftToIntegration" | "isSwitched" | "isPrepared";

/** Marks a response, a request or a socket. The record says what each mark means. */
export function markExchange(target: object, mark: Mark): void {
  openExchange(target)[mark] = true;
}

/** Whether another integration, behind this one, has inspected the content: each would wait for it anew. */
export function isInspected(response: object): boolean {
  return exchangeOf(response)?.isInspected === true;
}

/** Whether the content of an upstream's error reply is read for this response. */
export function isRefused(response: object): boolean {
  return exchangeOf(response)?.isRefused === true;
}

/**
 * Whether a response passes on an upstream's error reply with its own body: nobody else answers it.
 * @example if (hasLeftBody(response)) return;
 */
export function hasLeftBody(response: object): boolean {
  return exchangeOf(response)?.isBodyLeft === true;
}

/** Whether the fields of a request are fit to be copied by a library. */
export function isPrepared(request: object): boolean {
  return exchangeOf(request)?.isPrepared === true;
}

/** Whether the upgrade on a socket has succeeded. */
export function isSwitched(socket: object): boolean {
  return exchangeOf(socket)?.isSwitched === true;
}

/** Returns the id that a request was given, as facts: a draft until somebody has seen it. */
export function recordedIds(request: object) {
  const { requestId, draftRequestId } = exchangeOf(request) ?? {};
  return { requestId, draftRequestId };
}

/** Records the id of a request, or a draft of it, and returns it. */
export function recordRequestId(request: object, id: string, as: "requestId" | "draftRequestId" = "requestId"): string {
  return (openExchange(request)[as] = id);
}

/** Returns the exchange with the upstream that is tracked for a response, or for the socket of an upgrade. */
export function upstreamExchangeOf(target: object): UpstreamExchange | undefined {
  return exchangeOf(target)?.upstream;
}

/** Starts to track an exchange with an upstream; an earlier one of the same response is forgotten. */
export function openUpstreamExchange(target: object, upstream: UpstreamExchange): UpstreamExchange {
  return (openExchange(target).upstream = upstream);
}

/**
 * Whether an integration sends a response, or its answer, though its library says that the exchange has failed: a framework must not
 * answer it.
 * @example if (isLeftToIntegration(ctx.res)) ctx.respond = false;
 */
export function isLeftToIntegration(response: object): boolean {
  return exchangeOf(response)?.isLeftToIntegration === true;
}

/**
 * Makes a response seem done until the current task ends.
 * @returns false if it seems done already
 */
export function markSeemingDone(response: object): boolean {
  const exchange = openExchange(response);
  if (exchange.seemsDone) return false;
  exchange.seemsDone = true;
  queueMicrotask(() => (exchange.seemsDone = false));
  return true;
}

/**
 * Registers `act`, which is called before any copy of this package answers the response. The last one that is set counts.
 * @param act must not throw
 * @param subject its argument: one function serves all responses, since a closure for each would cost more
 */
export function beforeAnswer<Subject>(response: object, act: (subject: Subject) => void, subject: Subject): void {
  const exchange = openExchange(response);
  exchange.beforeAnswer = act as (subject: unknown) => void;
  exchange.subject = subject;
}

/** Calls what `beforeAnswer()` has set. */
export function prepareAnswer(response: object): void {
  const exchange = exchangeOf(response);
  exchange?.beforeAnswer?.(exchange.subject);
}

/** Reads the record of a response; undefined as long as there is nothing to know, so that a plain success costs nothing. */
function exchangeOf(response: object): Exchange | undefined {
  return (response as WithExchange)[key];
}

/** Opens the record of a response. All members that a success needs are there from the start, so that it keeps one shape. */
function openExchange(response: object): Exchange {
  return ((response as WithExchange)[key] ??= {
    isAnswered: false,
    answeredFor: undefined,
    isSilenced: false,
    beforeAnswer: undefined,
    subject: undefined,
  });
}
