import type { Finding, Origin } from "../problem/finding.js";
import type { ErrorKeys } from "./error-keys.js";
import { proxyErrors, type FaultType } from "../proxy-errors/proxy-errors.js";

/**
 * Describes the request that failed, by the names of a node request's own state.
 * @example
 * const state: RequestState = { clientGone: response.destroyed };
 * const { status } = normalizeError(error, state);
 */
export interface RequestState {
  /** Whether the client went away before its answer. Default false. */
  readonly clientGone?: boolean;
  /** Whether the request came with a Content-Encoding. Default false. */
  readonly encodedRequest?: boolean;
  /** Whether the request's content has not fully arrived. Default false. */
  readonly unreadRequest?: boolean;
}

/**
 * Describes what the caller knows besides the thrown value.
 * @example
 * const circumstances: Circumstances = { origin: "upstream", relayStatuses: [404] };
 * const { status } = normalizeError(error, circumstances);
 */
export interface Circumstances extends RequestState {
  /** The peer that the failed work communicated with, when the caller knows it. */
  readonly origin?: Origin | undefined;
  /** Statuses of an HTTP client's error that are passed on instead of becoming 502 or 503. Default none. */
  readonly relayStatuses?: readonly number[] | ReadonlySet<number>;
  /** Status that was set on the response before it failed: one from 400 to 599 counts where nothing is known of the value. Default none. */
  readonly responseStatus?: number | undefined;
}

/** Gives rules what is known besides the thrown value. */
export interface Context extends ErrorKeys {
  readonly origin: Origin | undefined;
  /** Whether the client went away before its answer. */
  readonly clientGone: boolean;
  /** Whether the request came with a Content-Encoding, so that a decoding error may be the client's. */
  readonly encodedRequest: boolean;
  /** Whether the request's content has not fully arrived yet. */
  readonly unreadRequest: boolean;
  /** Statuses of an HTTP client's error that are passed on instead of becoming 502 or 503. */
  readonly relayStatuses: ReadonlySet<number>;
  /** Recognises a value that the thrown one wraps. The number of values is bounded. */
  readonly recognise: (value: unknown) => Finding | undefined;
  /** Recognises an HTTP client's error. A rule asks this of any value from which members may have been copied. */
  readonly httpClientFinding: (value: unknown) => Finding | undefined;
  /** Recognises the thrown value as an operational error, such as a datastore's. */
  readonly operationalFinding: () => Finding | undefined;
}

/** Gives a finding, or a function for a value that must be examined. Undefined leaves the value to the next rule. */
export type Rule = Finding | ((error: object, context: Context) => Finding | undefined);

/** Groups the rules for one kind of errors. They are looked up by mark, then by name, then by code. */
export interface Family {
  /** Rules by a member that only this kind of error has, such as `isBoom`. Any value but undefined counts. */
  readonly marks?: Readonly<Record<string, Rule>>;
  /** Rules by `name`; by the class's name where that is just "Error". */
  readonly names?: Readonly<Record<string, Rule>>;
  /** Rules by a `code` that is a string. */
  readonly codes?: Readonly<Record<string, Rule>>;
}

/** Makes the finding for a fault of an upstream. The type decides the status. */
export function fault(proxyError: FaultType): Finding {
  return { status: proxyErrors[proxyError].status, proxyError };
}

/** Gives one rule to many names or codes. */
export function sameRule<R extends Rule>(keys: readonly string[], rule: R): Readonly<Record<string, R>> {
  return Object.fromEntries(keys.map((key) => [key, rule]));
}
