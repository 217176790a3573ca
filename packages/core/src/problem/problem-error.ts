import type { ProxyErrorType } from "../proxy-errors/proxy-errors.js";
import { cleanCode } from "../util/sanitize.js";
import type { Finding } from "./finding.js";
import { checkProblemOptions, type ProblemErrorOptions } from "./problem-options.js";

/**
 * Names the member in which this library's own errors carry their finding. The symbol is registered, so that a CommonJS and an ES
 * module copy of this package agree.
 */
export const findingSymbol: unique symbol = Symbol.for("fg-errors.meaning");

/** Limits the stack of the next error. Intrinsics may be frozen; then a stack is captured after all. */
function limitStack(limit: number): void {
  try {
    Error.stackTraceLimit = limit;
  } catch {}
}

/** Carries a finding. */
class ErrorWithFinding extends Error {
  declare readonly [findingSymbol]: Finding;

  constructor(message: string, finding: Finding, options?: ErrorOptions, hasStack = finding.status >= 500) {
    const limit = Error.stackTraceLimit;
    if (!hasStack) limitStack(0);
    try {
      super(message, options); // reads options.cause, which may be a getter that throws
    } finally {
      limitStack(limit);
    }
    setFinding(this, finding);
  }
}

/** Sets the member for the finding. No log lists it, and it can be read through a Proxy and off a derived object. */
function setFinding<Value extends object>(value: Value, finding: Finding): Value & Found {
  return Object.defineProperty(value, findingSymbol, { value: finding }) as Value & Found;
}

interface Found {
  readonly [findingSymbol]: Finding;
}

/**
 * Represents an error that an application throws on purpose. Its message is always sent to the client, also with a 5xx. A handler that
 * knows http-errors' conventions (`status`, `statusCode`, `expose`, `headers`) understands it as well. It has no stack below 500 unless
 * `stack: true` asks for one.
 * @example throw new ProblemError(409, "The order was already paid", { code: "ORDER.0409" });
 */
export class ProblemError extends ErrorWithFinding {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly statusCode: number;
  readonly expose = true;
  readonly headers: ProblemErrorOptions["headers"];

  /**
   * Makes the error.
   * @param status 400 to 599; any other becomes 500
   * @param message for the client; default: the contract's description of the status
   * @throws TypeError for a code, type, title or extension that could not be sent. Where NODE_ENV is "production", it is left out, and a
   *   warning is written to stderr once.
   */
  constructor(status: number, message = "", options: ProblemErrorOptions = {}) {
    checkProblemOptions(options);
    const { code, type, title, errors, headers, extensions, stack, routine } = options;
    const text = typeof message === "string" ? message : ""; // any other value may throw when it is converted to a text
    const valid = Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
    const finding = { status: valid, detail: text, code, type, title, errors, headers, extensions, routine };
    super(text, finding, "cause" in options ? options : undefined, stack ?? (routine ? false : undefined));
    this.status = this.statusCode = valid;
    this.headers = headers;
  }

  /** Code that is sent as `error_code`; undefined for the status's generic one. */
  get code(): string | undefined {
    return this[findingSymbol].code;
  }

  /** Further members of the body. */
  get extensions(): Readonly<Record<string, unknown>> {
    return this[findingSymbol].extensions ?? {};
  }
}

/**
 * Makes a ProblemError.
 * @param status 400 to 599; any other becomes 500
 * @param message for the client; default: the contract's description of the status
 * @throws TypeError for an option that could not be sent, as the constructor does
 * @example throw problem(404, "No such order");
 */
export function problem(status: number, message?: string, options?: ProblemErrorOptions): ProblemError {
  return new ProblemError(status, message, options);
}

/**
 * Represents a failed call to an upstream: it answered with an error status, or gave no valid answer. `upstream()` and `relay()` throw it,
 * and fgErrors() answers it. It lacks members that others trust (`status`, `code`, `expose`): a hostile upstream would choose them.
 * @example if (error instanceof UpstreamError && error.upstreamStatus === 404) return undefined;
 */
export class UpstreamError extends ErrorWithFinding {
  override readonly name = "UpstreamError";
  /** Status that the upstream answered; undefined when there was no answer. */
  readonly upstreamStatus: number | undefined;
  /** Error code in its body: 1 to 64 letters, digits and `._:-`. Nothing confirms it but the upstream. */
  readonly upstreamCode: string | undefined;
  /** Fault of the exchange (RFC 9209 section 2.3); undefined for a reply that is merely an error. */
  readonly proxyError: ProxyErrorType | undefined;

  /**
   * Makes the error of a finding.
   * @param hasStack false where a stack would show only this library; default: for a status from 500 on
   */
  constructor(finding: Finding, cause: unknown, hasStack?: boolean) {
    const { message, upstreamStatus, upstreamCode, proxyError } = describeUpstream(finding);
    super(message, finding, { cause }, hasStack);
    this.upstreamStatus = upstreamStatus;
    this.upstreamCode = upstreamCode;
    this.proxyError = proxyError;
  }
}

/**
 * Makes a value that carries a finding and is no Error: adapters hand it over when nothing was thrown.
 * @param name and the message are for the operator. Default "Failure"
 * @param message default: the finding's detail, else its status
 * @example answer(respond, meant({ status: 404 }), request, response);
 */
export function meant(finding: Finding, name = "Failure", message = finding.detail ?? `Status ${finding.status}`): Found {
  return setFinding({ name, message }, finding);
}

/**
 * Describes an upstream's failure with the members of an UpstreamError, but not as an Error: nobody throws it, so it needs no stack.
 * @param cause what it failed with, for the operator
 */
export function upstreamFailure(finding: Finding, cause?: unknown): object {
  const { message, upstreamStatus, upstreamCode, proxyError } = describeUpstream(finding);
  return setFinding({ name: "UpstreamError", cause, message, upstreamStatus, upstreamCode, proxyError }, finding);
}

/**
 * Describes an error response that is replaced, whoever wrote it. It names an upstream only where the response shows one: a function's
 * failure does.
 */
export function replacedResponse(finding: Finding): object {
  if (!finding.upstream) return upstreamFailure(finding);
  return meant(finding, "ErrorResponse", replacedMessage(finding));
}

/**
 * Creates the same as an Error, for a framework that wants it thrown.
 * @example throw replacedResponseError({ status: 404 });
 */
export function replacedResponseError(finding: Finding): Error {
  return finding.upstream ? new ErrorResponse(finding) : new UpstreamError(finding, undefined, false);
}

/** Represents an error response that somebody wrote or set, and that is replaced. It has no stack, which would show only this library. */
class ErrorResponse extends ErrorWithFinding {
  override readonly name = "ErrorResponse";

  constructor(finding: Finding) {
    super(replacedMessage(finding), finding, undefined, false);
  }
}

function replacedMessage({ status }: Finding): string {
  return `An error response with status ${status} was replaced`;
}

function describeUpstream(finding: Finding) {
  const { status, upstream, receivedStatus = upstream ? status : undefined, proxyError, detail } = finding;
  const what = receivedStatus === undefined ? "gave no answer" : `answered ${receivedStatus}`;
  const why = upstream ? undefined : detail; // our own words
  const brief = `The upstream ${what}${proxyError ? ` (${proxyError})` : ""}`;
  const message = why ? (receivedStatus === undefined ? why : `${brief}: ${why}`) : brief;
  return { message, upstreamStatus: receivedStatus, upstreamCode: cleanCode(finding.code ?? finding.relayed?.code), proxyError };
}
