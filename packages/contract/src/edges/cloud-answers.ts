import type { Contract } from "@fg-errors/core";
import { edgeAnswers, edgeFolds, unquotable, type EdgeAnswer } from "./edge-answers.js";

/**
 * Lists the answer of a managed gateway for each of its own errors.
 * @param gateway name of the gateway, for errors
 * @param statuses of the gateway's defaults by error type; a type without a default has the 400 or the 500 of its class
 * @throws UsageError for a text that is no Unicode: no gateway takes the half of a surrogate pair
 */
export function cloudAnswers(
  contract: Contract,
  gateway: string,
  statuses: Readonly<Record<string, number>>,
): readonly (readonly [type: string, answer: EdgeAnswer])[] {
  const answers = unicodeAnswers(contract, gateway);
  const folds = new Map(edgeFolds(contract).map(({ status, own }) => [status, answers.get(own)!]));
  return Object.entries(statuses).map(([type, status]) => [type, folds.get(status)!]);
}

/**
 * Gives the answer of each status that may leave.
 * @throws UsageError for a text that is no Unicode
 */
export function unicodeAnswers(contract: Contract, gateway: string): ReadonlyMap<number, EdgeAnswer> {
  const answers = edgeAnswers(contract);
  for (const { status, body } of answers)
    for (const text of Object.values(body))
      if (/\p{Surrogate}/u.test(String(text)))
        throw unquotable(gateway, status, String(text), "it has the half of a surrogate pair");
  return new Map(answers.map((answer) => [answer.status, answer]));
}

/** Lists the header fields of an answer that have a value: an empty one is sent by no gateway. */
export const sentFields = ({ fields }: EdgeAnswer) => Object.entries(fields).filter(([, value]) => value !== "");
