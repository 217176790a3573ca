import { functionGraph, type Contract } from "../contract/contract.js";
import type { Finding } from "../problem/finding.js";
import { toProblem, type Problem } from "../problem/problem.js";
import { recognise } from "./recognise.js";
import type { Circumstances } from "./rule.js";

/** What `normalizeError()` is told besides the thrown value. All optional. */
export interface NormalizeOptions extends Circumstances {
  /** Default: `functionGraph`. */
  readonly contract?: Contract;
  /** Prefix of the generic codes. Default "FSS". */
  readonly service?: string;
}

/**
 * What a thrown value means for the client: the only door for thrown values. Never throws, whatever the value.
 * An unknown one is a 500 that says nothing.
 * @example normalizeError(createError(404, "No such order")).status // 404
 */
export function normalizeError(thrown: unknown, options: NormalizeOptions = {}): Problem {
  try {
    const { contract = functionGraph, service = "FSS", relayStatuses } = options;
    const given =
      relayStatuses === undefined || relayStatuses instanceof Set
        ? options
        : { ...options, relayStatuses: new Set(relayStatuses) };
    return toProblem(recognise(thrown, given) ?? unknown, thrown, contract, service);
  } catch {
    return toProblem(unknown, thrown, functionGraph, "FSS");
  }
}

const unknown: Finding = { status: 500 };
