import { functionGraph, type Contract } from "../contract/contract.js";
import type { Finding } from "../problem/finding.js";
import { toProblem, type Problem } from "../problem/problem.js";
import { rejectFormerNames } from "../util/former-names.js";
import { readStatus } from "../util/safe-read.js";
import { recognise } from "./recognise.js";
import type { Circumstances } from "./rule.js";

/**
 * Describes the circumstances of a thrown value. All members are optional.
 * @example
 * const options: NormalizeOptions = { contract: rfc9110, service: "SHOP" };
 * const { status, code } = normalizeError(error, options);
 */
export interface NormalizeOptions extends Circumstances {
  /** Default `functionGraph`. */
  readonly contract?: Contract;
  /** Prefix of the generic codes, `<service>.0<status>`. Default: the contract's, else "FSS". */
  readonly service?: string;
}

/**
 * Normalises a thrown value to a problem. Every thrown value is normalised here. An unknown value becomes a 500 without details.
 * @param thrown any value, an error or not
 * @param options `contract`, default `functionGraph`; `service`, default the contract's, else "FSS"; and the circumstances of the request
 * @throws TypeError for an option by a former name; nothing else, whatever the value
 * @example normalizeError(createError(404, "No such order")).status // 404
 */
export function normalizeError(thrown: unknown, options: NormalizeOptions = {}): Problem {
  rejectFormerNames(options, "normalizeError");
  return normalizeChecked(thrown, options);
}

/** Normalises a thrown value with options that need no check: a responder has checked its own when it was made. */
export function normalizeChecked(thrown: unknown, options: NormalizeOptions): Problem {
  try {
    const { contract = functionGraph, service = contract.service ?? "FSS", relayStatuses } = options;
    const resolved =
      relayStatuses === undefined || relayStatuses instanceof Set
        ? options
        : { ...options, relayStatuses: new Set(relayStatuses) };
    return toProblem(recognise(thrown, resolved) ?? unknownFinding(thrown, options), thrown, contract, service);
  } catch {
    return toProblem({ status: 500 }, thrown, functionGraph, "FSS");
  }
}

/** Makes the finding of a value of which nothing is known, not even a status but 500. A status that was set for it counts. */
function unknownFinding(thrown: unknown, circumstances: Circumstances): Finding {
  const status = readStatus(thrown, "status") ?? readStatus(thrown, "statusCode") ?? readStatus(circumstances, "responseStatus");
  return { status: status ?? 500 };
}
