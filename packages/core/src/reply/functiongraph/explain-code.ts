import { apigCodes } from "./apig-codes.js";
import { fssCodes } from "./fss-codes.js";

/**
 * Describes what the documentation of FunctionGraph or API Gateway says of an error code.
 * @example
 * const rows: readonly DocumentedCode[] = explainCode("FSS.1051");
 * rows[0]?.title; // "Function not found"
 */
export interface DocumentedCode {
  /** The code, such as "FSS.1051". */
  readonly code: string;
  /** The HTTP status that it comes with: the service's, before any contract folds it. */
  readonly status: number;
  /** The error in a few words of our own; for logs and dashboards. */
  readonly title: string;
  readonly service: "FunctionGraph" | "API Gateway";
}

/**
 * Explains an error code of FunctionGraph or API Gateway (FunctionGraph API reference, appendix "Error Codes"; API Gateway user
 * guide, "Error Codes"). Never derive a status from a code: some have many, APIG.0201 has seven, from a 400 to a 504.
 * @param code such as `problem.code`, or the `upstreamCode` of an `UpstreamError`
 * @param status that the service sent along, such as `upstreamStatus` of either: only rows with this status are given then
 * @returns every row that matches, since one code may have several; none for a code that is not documented. Never throws
 * @example explainCode("FSS.1051") // [{ code: "FSS.1051", status: 404, title: "Function not found", service: "FunctionGraph" }]
 */
export function explainCode(code: string | undefined, status?: number): readonly DocumentedCode[] {
  const isAsked = (row: CodeRow) => row[0] === code && row[1] === (status ?? row[1]);
  return [
    ...fssCodes.filter(isAsked).map((row) => documentedCode("FunctionGraph", row)),
    ...apigCodes.filter(isAsked).map((row) => documentedCode("API Gateway", row)),
  ];
}

type CodeRow = (typeof fssCodes | typeof apigCodes)[number];

function documentedCode(service: DocumentedCode["service"], [code, status, title]: CodeRow): DocumentedCode {
  return { code, status, title, service };
}
