import type { Finding, Origin } from "../problem/finding.js";
import { proxyErrors, type FaultType } from "../proxy-errors/proxy-errors.js";

/** What the caller knows of the request that failed: a node request's own state, by its own names. */
export interface RequestState {
  /** The client went away before its answer. Default false. */
  readonly clientGone?: boolean;
  /** The request came with a Content-Encoding. Default false. */
  readonly encodedRequest?: boolean;
  /** The request's content has not fully arrived. Default false. */
  readonly unreadRequest?: boolean;
}

/** The same, and what else is known besides the thrown value. */
export interface Circumstances extends RequestState {
  /** Who was being talked to, when the caller knows. */
  readonly origin?: Origin | undefined;
  /** Statuses of an HTTP client's error that are passed on instead of becoming 502 or 503. Default none. */
  readonly relayStatuses?: readonly number[] | ReadonlySet<number>;
}

/** What is known besides the thrown value. */
export interface Context {
  /** Its own `name`, or where that is just "Error", its class's. */
  readonly name: string;
  /** Its `code`, if that is a text; else "". */
  readonly code: string;
  readonly origin: Origin | undefined;
  /** The client went away before its answer. */
  readonly clientGone: boolean;
  /** The request came with a Content-Encoding, so a decoding error may well be the client's. */
  readonly encodedRequest: boolean;
  /** The request's content has not fully arrived yet. */
  readonly unreadRequest: boolean;
  /** Statuses of an HTTP client's error that are passed on instead of becoming 502 or 503. */
  readonly relayStatuses: ReadonlySet<number>;
  /** What a value wrapped by the thrown one means. Bounded. */
  readonly recognise: (value: unknown) => Finding | undefined;
  /** What a value means if it is an HTTP client's error: to be asked of whatever members were copied from. */
  readonly client: (value: unknown) => Finding | undefined;
  /** What is known of the thrown value as an error that nobody addressed to a client, such as a datastore's. */
  readonly happened: () => Finding | undefined;
}

/** A fact, or a function for a value that has to be looked at; undefined passes it on to the next rule. */
export type Rule = Finding | ((error: object, context: Context) => Finding | undefined);

/** A family of errors, looked up by what they carry, in this order. */
export interface Family {
  /** By a member that only this kind has, whatever its value unless it is undefined; such as `isBoom`. */
  readonly marks?: Readonly<Record<string, Rule>>;
  /** By `name`, or where that is just "Error", by the class's name. */
  readonly names?: Readonly<Record<string, Rule>>;
  /** By a string `code`. */
  readonly codes?: Readonly<Record<string, Rule>>;
}

/** The finding for a fault of an upstream: the type decides the status. */
export function fault(proxyError: FaultType): Finding {
  return { status: proxyErrors[proxyError].status, proxyError };
}

/** One rule for many names or codes. */
export function each<R extends Rule>(keys: readonly string[], rule: R): Readonly<Record<string, R>> {
  return Object.fromEntries(keys.map((key) => [key, rule]));
}
