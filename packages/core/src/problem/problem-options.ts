import { isRecord, read } from "../util/safe-read.js";
import { clean, cleanCode, cleanType } from "../util/sanitize.js";
import { writeWarning } from "../util/warnings.js";
import { hasReservedMember } from "./extensions.js";
import type { FieldError } from "./finding.js";

/**
 * Lists the options of a ProblemError besides its status and message.
 * @example
 * const options: ProblemErrorOptions = { code: "ORDER.PAID", cause: error };
 * throw problem(409, "The order was already paid", options);
 */
export interface ProblemErrorOptions {
  /** Sent as `error_code`: 1 to 64 letters, digits and `._:-`, a letter or digit first. Default: `<service>.0<status>`. */
  readonly code?: string;
  /**
   * URI of the kind of problem (RFC 9457 section 3.1.1): at most 1000 characters, relative or with the scheme http, https, urn, tag or
   * about. Default "about:blank".
   */
  readonly type?: string;
  /** Title of that kind of problem, without which there is none (section 4.2.1). Default: the contract's message for the status. */
  readonly title?: string;
  /** Invalid fields. */
  readonly errors?: readonly FieldError[];
  /** Header fields for the response: valid names and values, none that frames the message. */
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Further members of the body. Their names are none of the standard members', nor `__proto__`, `constructor` and `prototype`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** The cause, for logs; never sent. */
  readonly cause?: unknown;
  /** Whether a stack is captured, which is most of an error's cost. Default: from 500 on, where somebody has to find a fault. */
  readonly stack?: boolean;
  /** Whether no operator needs a report, though it is a 5xx: it is not written to stderr. Default false. */
  readonly routine?: boolean;
}

/** Describes what an option takes, where a wrong value could not be sent. */
interface Check {
  readonly takes: string;
  readonly valid: (value: unknown, options: ProblemErrorOptions) => boolean;
}

const checks: Readonly<Record<string, Check>> = {
  code: {
    takes: "1 to 64 letters, digits and ._:-, a letter or digit first",
    valid: (code) => cleanCode(code) !== undefined,
  },
  type: {
    takes: "a URI of at most 1000 characters, relative or with the scheme http, https, urn, tag or about",
    valid: (type) => cleanType(type, true) !== undefined,
  },
  title: { takes: "a text, beside a type", valid: (title, { type }) => clean(title) !== "" && type !== undefined },
  extensions: {
    takes: "an object whose members have other names than the standard ones and __proto__, constructor and prototype",
    valid: (extensions) => isRecord(extensions) && !hasReservedMember(extensions),
  },
};

const checkEntries = Object.entries(checks);

/** Lists the options that a warning was written for. */
const warned = new Set<string>();

/**
 * Checks the options whose wrong values could not be sent: to leave them out silently would hide a mistake from its author.
 * @throws TypeError unless NODE_ENV is "production": then a warning is written to stderr, once for each option
 */
export function checkProblemOptions(options: ProblemErrorOptions): void {
  for (const [name, { takes, valid }] of checkEntries) {
    const value = read(options, name);
    if (value === undefined || valid(value, options)) continue;
    const message = `problem(): option "${name}" takes ${takes}`;
    if (process.env["NODE_ENV"] !== "production") throw new TypeError(message);
    if (warned.has(name)) continue;
    warned.add(name);
    writeWarning("FG_ERRORS_PROBLEM_OPTION", `${message}; it was left out`);
  }
}
