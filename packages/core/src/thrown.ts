import { functionGraph, type Contract } from "./contract.js";
import { toProblem, type Origin, type Problem } from "./problem.js";
import { recognise } from "./recognisers/index.js";
import type { Finding } from "./recognisers/rule.js";

/** What the caller knows of the request that failed: a node request's own state, by its own names. */
export interface RequestState {
  /** The client went away before its answer. Default false. */
  readonly clientGone?: boolean;
  /** The request came with a Content-Encoding. Default false. */
  readonly encodedRequest?: boolean;
  /** The request's content has not fully arrived. Default false. */
  readonly unreadRequest?: boolean;
}

/** What `normalizeError()` is told besides the thrown value. All optional. */
export interface NormalizeOptions extends RequestState {
  /** Default: `functionGraph`. */
  readonly contract?: Contract;
  /** Prefix of the generic codes. Default "FSS". */
  readonly service?: string;
  /** Who was being talked to, when the caller knows. */
  readonly origin?: Origin | undefined;
  /** Statuses of an HTTP client's error that are passed on instead of becoming 502 or 503. Default none. */
  readonly relay?: readonly number[] | ReadonlySet<number>;
}

/**
 * What a thrown value means for the client: the only door for thrown values. Never throws, whatever the value.
 * An unknown one is a 500 that says nothing.
 * @example normalizeError(createError(404, "No such order")).status // 404
 */
export function normalizeError(thrown: unknown, options: NormalizeOptions = {}): Problem {
  try {
    const { contract = functionGraph, service = "FSS", relay } = options;
    const given = relay === undefined || relay instanceof Set ? options : { ...options, relay: new Set(relay) };
    return toProblem(recognise(thrown, given) ?? unknown, thrown, contract, service);
  } catch {
    return toProblem(unknown, thrown, functionGraph, "FSS");
  }
}

const unknown: Finding = { status: 500 };
