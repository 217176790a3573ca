/**
 * Describes what a client knows of one kind of problem.
 * @example const outOfStock: ProblemTableRow = { code: "SHOP.1001", status: 409, retry: "never", members: { left: "number" } };
 */
export interface ProblemTableRow {
  /** The contract's code, `error_code`. */
  readonly code: string;
  readonly status: number;
  /** Whether the request may be sent again: never; if its method is idempotent (RFC 9110 section 9.2.2); always. */
  readonly retry: "never" | "idempotent" | "always";
  /** Members of the body. A date is a text. */
  readonly members?: Readonly<Record<string, "string" | "number" | "date">>;
}

/**
 * Describes the problems of a contract, as `fg-errors export --format ts` writes them.
 * @example const problems = { outOfStock: { code: "SHOP.1001", status: 409, retry: "never" } } as const satisfies ProblemTable;
 */
export type ProblemTable = Readonly<Record<string, ProblemTableRow>>;
