import { isDeepStrictEqual } from "node:util";
import type { ContractDocument, DocumentedProblem } from "./document.js";

/**
 * Describes a change that can break a client of the older contract.
 * @example
 * const changes: readonly BreakingChange[] = breakingChanges(contractDocument(before), contractDocument(after));
 * for (const { subject, change } of changes) console.log(`${subject}: ${change}`);
 */
export interface BreakingChange {
  /** Code or status that changed. */
  readonly subject: string;
  readonly change: string;
}

/**
 * Lists the changes from an older contract to a newer one that a client of the older can trip over: a code that is gone without having
 * been deprecated, another status, type or member, a weaker retry, a new status, another fold.
 * @example breakingChanges(contractDocument(before), contractDocument(after)) // [{ subject: "SHOP.1001", change: "status 409 is now 404" }]
 */
export function breakingChanges(before: ContractDocument, after: ContractDocument): readonly BreakingChange[] {
  return [
    ...serviceChanges(before, after),
    ...statusChanges(before, after),
    ...foldChanges(before, after),
    ...problemChanges(before, after),
  ];
}

function serviceChanges(before: ContractDocument, after: ContractDocument): BreakingChange[] {
  return before.service === after.service
    ? []
    : [{ subject: before.service, change: `the generic codes begin with ${after.service} now` }];
}

function statusChanges({ statuses: before }: ContractDocument, { statuses: after }: ContractDocument): BreakingChange[] {
  const isErrorKey = (status: string) => Number(status) >= 400;
  const added = Object.keys(after).filter((status) => isErrorKey(status) && !Object.hasOwn(before, status));
  const gone = Object.keys(before).filter((status) => isErrorKey(status) && !Object.hasOwn(after, status));
  return [
    ...added.map((status) => ({ subject: status, change: "the status is new: clients have not seen it" })),
    ...gone.map((status) => ({ subject: status, change: "the status is gone: what had it leaves with another one" })),
  ];
}

function foldChanges(before: ContractDocument, after: ContractDocument): BreakingChange[] {
  return (["folds", "upstreamFolds"] as const).flatMap((table) =>
    Object.keys({ ...before[table], ...after[table] })
      .filter((status) => !Object.hasOwn(after.statuses, status) && after[table][status] !== before[table][status])
      .filter((status) => foldedTo(after, table, status) !== foldedTo(before, table, status))
      .map((status) => ({
        subject: status,
        change: `${table === "folds" ? "it" : "an upstream's"} left as ${foldedTo(before, table, status)}, and leaves as ${foldedTo(after, table, status)} now`,
      })),
  );
}

/** Gives the status that leaves instead of one that is not documented. */
function foldedTo(
  { statuses, folds, upstreamFolds }: ContractDocument,
  table: "folds" | "upstreamFolds",
  status: string,
): number {
  const ofUpstream = table === "upstreamFolds" ? upstreamFolds[status] : undefined;
  if (ofUpstream !== undefined || Object.hasOwn(statuses, status)) return ofUpstream ?? Number(status);
  return folds[status] ?? (Number(status) < 500 ? 400 : 500); // RFC 9110 section 15: an unknown code means its class's x00
}

function problemChanges(before: ContractDocument, after: ContractDocument): BreakingChange[] {
  const now = new Map(Object.values(after.problems).map((row) => [row.code, row]));
  return Object.values(before.problems).flatMap((row) => {
    const next = now.get(row.code);
    if (next) return rowChanges(row, next).map((change) => ({ subject: row.code, change }));
    return row.deprecated === undefined ? [{ subject: row.code, change: "it is gone without having been deprecated" }] : [];
  });
}

const strength = { never: 0, idempotent: 1, always: 2 } as const;

function rowChanges(before: DocumentedProblem, after: DocumentedProblem): string[] {
  const replaced = (["status", "type"] as const)
    .filter((member) => before[member] !== after[member])
    .map((member) => `${member} ${before[member]} is now ${after[member]}`);
  const weaker = strength[after.retry] < strength[before.retry] ? [`retry "${before.retry}" is now "${after.retry}"`] : [];
  return [...replaced, ...weaker, ...memberChanges(before, after)];
}

function memberChanges({ members: before }: DocumentedProblem, { members: after }: DocumentedProblem): string[] {
  return Object.entries(before?.properties ?? {}).flatMap(([name, schema]) => {
    const next = after?.properties[name];
    if (next === undefined) return [`the member ${name} is gone`];
    const isOther = !isDeepStrictEqual(schema, next);
    const refersToOther = !isOther && hasRef(schema) && !isDeepStrictEqual(before!["$defs"], after!["$defs"]);
    const isOptional = before!.required.includes(name) && !after!.required.includes(name);
    return [
      ...(isOther ? [`the member ${name} was ${JSON.stringify(schema)}, and is ${JSON.stringify(next)} now`] : []),
      ...(refersToOther ? [`the member ${name} refers to definitions that have changed`] : []),
      ...(isOptional ? [`the member ${name} may be missing now`] : []),
    ];
  });
}

const hasRef = (schema: object) => JSON.stringify(schema).includes('"$ref":');
