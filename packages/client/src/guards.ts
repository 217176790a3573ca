import type { ProblemTable, ProblemTableRow } from "./problem-table.js";
import { isString, type Problem } from "./problem.js";

/**
 * Gives a guard for each row of a table.
 * @example
 * const problems = { outOfStock: { code: "SHOP.1001", status: 409, retry: "never" } } as const;
 * const is: Guards<typeof problems> = createGuards(problems);
 */
export type Guards<Table extends ProblemTable> = {
  readonly [Key in keyof Table]: (problem: Problem | undefined) => problem is ProblemOf<Table[Key]>;
};

/** Narrows a problem to a row: by its code, and by the types of its members. */
type ProblemOf<Row extends ProblemTableRow> = Problem & {
  readonly code: Row["code"];
  readonly extensions: {
    readonly [Name in keyof Row["members"]]: Row["members"][Name] extends "number" ? number : string;
  };
};

/**
 * Creates a guard for each row of a contract's table. A guard compares the code, and checks each member's type: a finite number, a
 * text, or a date of ISO 8601.
 * @example
 * const is = createGuards({ outOfStock: { code: "SHOP.1001", status: 409, retry: "never", members: { left: "number" } } });
 * if (is.outOfStock(problem)) console.log(problem.extensions.left);
 */
export function createGuards<const Table extends ProblemTable>(problems: Table): Guards<Table> {
  return Object.fromEntries(
    Object.entries(problems).map(([key, { code, members = {} }]) => [
      key,
      (problem?: Problem) =>
        problem?.code === code && Object.entries(members).every(([name, kind]) => isOfKind(problem.extensions[name], kind)),
    ]),
  ) as unknown as Guards<Table>;
}

function isOfKind(value: unknown, kind: string): boolean {
  if (kind === "number") return Number.isFinite(value);
  return isString(value) && (kind !== "date" || (/^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))));
}
