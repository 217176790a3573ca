import type { ProxyErrorType } from "../proxy-errors/proxy-errors.js";
import { read } from "../util/safe-read.js";
import { cleanCode } from "../util/sanitize.js";
import type { FieldError, Finding } from "./finding.js";

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
  /** Whether a stack is captured, which is most of what an error costs. Default: from 500 on, where somebody has to look for a fault. */
  readonly stack?: boolean;
  /** Whether an operator need not hear of it, though it is a 5xx: not written to stderr. Default false. */
  readonly routine?: boolean;
}

/** Intrinsics may be frozen; then a stack is captured after all. */
function limitStack(limit: number): void {
  try {
    Error.stackTraceLimit = limit;
  } catch {}
}

/** An Error that knows what it means. */
class MeaningfulError extends Error {
  readonly [meaning]: Finding;

  constructor(message: string, finding: Finding, options?: ErrorOptions, hasStack = finding.status >= 500) {
    const limit = Error.stackTraceLimit;
    if (!hasStack) limitStack(0);
    try {
      super(message, options); // reads options.cause, which may be a getter that throws
    } finally {
      limitStack(limit);
    }
    this[meaning] = finding;
  }
}

/**
 * What an application throws on purpose. Its message is always sent to the client, a 5xx's too.
 * A handler that knows http-errors' conventions (`status`, `statusCode`, `expose`, `headers`) understands it as well.
 * It has no stack below 500 unless `stack: true` asks for one.
 * @example throw new ProblemError(409, "The order was already paid", { code: "ORDER.0409" });
 */
export class ProblemError extends MeaningfulError {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly statusCode: number;
  readonly expose = true;
  readonly headers: ProblemErrorOptions["headers"];

  /**
   * @param status 400 to 599; anything else becomes 500
   * @param message for the client; default: the contract's description of the status
   */
  constructor(status: number, message = "", options: ProblemErrorOptions = {}) {
    const { code, errors, headers, extensions, stack, routine } = options;
    const text = typeof message === "string" ? message : ""; // what else it is may throw when it is made a text
    const valid = Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
    const finding = { status: valid, detail: text, code, errors, headers, extensions, routine };
    super(text, finding, "cause" in options ? options : undefined, stack ?? (routine ? false : undefined));
    this.status = this.statusCode = valid;
    this.headers = headers;
  }
}

/**
 * A ProblemError in fewer words.
 * @example throw problem(404, "No such order");
 */
export function problem(status: number, message?: string, options?: ProblemErrorOptions): ProblemError {
  return new ProblemError(status, message, options);
}

/**
 * A call to an upstream that failed: it answered with an error status, or gave no valid answer. Thrown by `upstream()` and `relay()`;
 * fgErrors() answers it. What others believe of an error (`status`, `code`, `expose`) it does not have: a hostile upstream would choose it.
 * @example if (error instanceof UpstreamError && error.upstreamStatus === 404) return undefined;
 */
export class UpstreamError extends MeaningfulError {
  override readonly name = "UpstreamError";
  /** The status that the upstream answered; undefined when there was no answer. */
  readonly upstreamStatus: number | undefined;
  /** The error code that its body told: 1 to 64 letters, digits and `._:-`. Its word alone: nothing vouches for it. */
  readonly upstreamCode: string | undefined;
  /** What went wrong with the exchange (RFC 9209 section 2.3); undefined for a reply that is merely an error. */
  readonly proxyError: ProxyErrorType | undefined;

  /** @param hasStack not where it would show nothing but us */
  constructor(finding: Finding, cause: unknown, hasStack?: boolean) {
    const { status, upstream, receivedStatus = upstream ? status : undefined, proxyError, detail } = finding;
    const what = receivedStatus === undefined ? "gave no answer" : `answered ${receivedStatus}`;
    const why = upstream ? undefined : detail; // our own words
    const message = `The upstream ${what}${proxyError ? ` (${proxyError})` : ""}`;
    super(why ? (receivedStatus === undefined ? why : `${message}: ${why}`) : message, finding, { cause }, hasStack);
    this.upstreamStatus = receivedStatus;
    this.upstreamCode = cleanCode(finding.code ?? finding.relayed?.code);
    this.proxyError = proxyError;
  }
}

/**
 * A value that means `finding` without being an Error: what adapters hand over when nothing was thrown.
 * @example answer(respond, meant({ status: 404 }), request, response);
 */
export function meant(finding: Finding): { readonly [meaning]: Finding } {
  return { [meaning]: finding };
}

/** Whether `cause` is a client's doing that no operator has to hear of: a request for what does not exist. */
export function isRoutine(cause: unknown): boolean {
  return read(cause, meaning, "routine") === true;
}
