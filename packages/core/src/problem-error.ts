import type { FieldError } from "./problem.js";
import type { Finding } from "./recognisers/rule.js";

/** Carries, on our own errors, what they mean. Registered, so that a CommonJS and an ES module copy of this package agree. */
export const meaning: unique symbol = Symbol.for("fg-errors.meaning");

/** What a ProblemError may say besides its status and message. */
export interface ProblemErrorOptions {
  /** Sent as `error_code`: letters, digits and `._:-`, at most 64. Default: `<service>.0<status>`. */
  readonly code?: string;
  /** Invalid fields. */
  readonly errors?: readonly FieldError[];
  /** Header fields for the response: valid names and values, none that frames the message. */
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Further members of the body; a standard member cannot be replaced. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** What led to it: for logs, never sent. */
  readonly cause?: unknown;
}

/**
 * What an application throws on purpose. Its message is always sent to the client, a 5xx's too.
 * A handler that knows http-errors' conventions (`status`, `statusCode`, `expose`, `headers`) understands it as well.
 * No stack is captured below 500: that is what an error costs (docs/architecture.md).
 * @example throw new ProblemError(409, "The order was already paid", { code: "ORDER.0409" });
 */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly statusCode: number;
  readonly expose = true;
  readonly headers: ProblemErrorOptions["headers"];
  readonly [meaning]: Finding;

  /**
   * @param status 400 to 599; anything else becomes 500
   * @param message for the client; default: the contract's description of the status
   */
  constructor(status: number, message = "", options: ProblemErrorOptions = {}) {
    const limit = Error.stackTraceLimit;
    if (status < 500) Error.stackTraceLimit = 0;
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    Error.stackTraceLimit = limit;
    const { code, errors, headers, extensions } = options;
    this.status = this.statusCode = status >= 400 && status <= 599 ? status : 500;
    this.headers = headers;
    this[meaning] = { status: this.status, detail: message, code, errors, headers, extensions };
  }
}

/**
 * A ProblemError in fewer words.
 * @example throw problem(404, "No such order");
 */
export function problem(status: number, message?: string, options?: ProblemErrorOptions): ProblemError {
  return new ProblemError(status, message, options);
}

/** A value that means `finding` without being an Error: what adapters hand over when nothing was thrown. */
export function meant(finding: Finding): { readonly [meaning]: Finding } {
  return { [meaning]: finding };
}
