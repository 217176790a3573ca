import type { Contract, Problem } from "@fg-errors/core";

/** Lists the codes that a contract's own problems have: those of its catalogue, and the generic one of each error status. */
export function knownCodes({ statuses, service = "FSS", problems = {} }: Contract): ReadonlySet<string> {
  const generic = Object.keys(statuses).filter((status) => Number(status) >= 400);
  return new Set([...generic.map((status) => `${service}.0${status}`), ...Object.values(problems).map(({ code }) => code)]);
}

/**
 * Gives the kind of a problem, as one of few values: the type of an upstream fault (RFC 9209 section 2.3), else a code of the contract, else
 * the status. An upstream may send any number of codes of its own, and each would be another series of a metric.
 */
export function errorType({ proxyError, code, status }: Problem, known: Iterable<ReadonlySet<string>>): string {
  if (proxyError !== undefined) return proxyError;
  for (const codes of known) if (codes.has(code)) return code;
  return statusLabel(status);
}

/** Gives an error status as a text; "500" for any other number, which a problem of another program may have. */
export function statusLabel(status: number): string {
  return Number.isInteger(status) && status >= 400 && status <= 599 ? String(status) : "500";
}
