// What FunctionGraph and API Gateway document: error codes, and gateway responses by name, each with a status.
import { readFileSync } from "node:fs";

export interface DocumentedRow {
  /** An error code, or the name of a gateway response. */
  readonly name: string;
  /** NaN where a gateway response stands for all the other statuses of a class. */
  readonly status: number;
}

export function documentedRows(table: "fss-codes" | "apig-codes" | "apig-responses"): readonly DocumentedRow[] {
  const [, ...lines] = readFileSync(new URL(`${table}.tsv`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [name = "", status] = line.split("\t");
    return { name, status: Number(status) };
  });
}
