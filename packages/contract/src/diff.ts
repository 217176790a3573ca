import { isDeepStrictEqual } from "node:util";
import type { ContractDocument, DocumentedProblem } from "./document.js";

/** Describes a change that can break a client of the older contract. */
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
    Object.entries(before[table])
      .filter(([status, to]) => after[table][status] !== to && !Object.hasOwn(after.statuses, status))
      .map(([status, to]) => ({
        subject: status,
        change: `${table === "folds" ? "it" : "an upstream's"} left as ${to}, and leaves as ${after[table][status] ?? "its class's x00"} now`,
      })),
  );
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
    const isOptional = before!.required.includes(name) && !after!.required.includes(name);
    return [
      ...(isDeepStrictEqual(schema, next)
        ? []
        : [`the member ${name} was ${JSON.stringify(schema)}, and is ${JSON.stringify(next)} now`]),
      ...(isOptional ? [`the member ${name} may be missing now`] : []),
    ];
  });
}
