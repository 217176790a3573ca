import type { FieldError } from "./finding.js";

/**
 * Describes the JSON body of an error response in the default format (RFC 9457 and FunctionGraph's members). Other members are extensions.
 * @example
 * const body: ProblemBody = createResponder().describe(error);
 * body.error_code; // "FSS.0500"
 */
export interface ProblemBody {
  /** URI of the kind of problem; "about:blank" when the status says it all (RFC 9457 section 4.2.1). */
  readonly type: string;
  readonly title: string;
  /** The same as the response's status. */
  readonly status: number;
  readonly detail: string;
  /** Path of the request, without its query. */
  readonly instance: string;
  readonly error_code: string;
  /** The same as `detail`. */
  readonly error_msg: string;
  /** The same as the field X-Request-Id. */
  readonly request_id: string;
  /** Invalid fields. */
  readonly errors?: readonly FieldError[];
  readonly [extension: string]: unknown;
}
