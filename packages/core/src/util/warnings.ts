import { warn } from "./stderr.js";

/** Names the warnings. Each has a section in docs/troubleshooting.md. */
type WarningCode =
  | "FG_ERRORS_DROPPED_HANDLERS"
  | "FG_ERRORS_HOOK"
  | "FG_ERRORS_INTERNAL"
  | "FG_ERRORS_LATE_ROUTE"
  | "FG_ERRORS_MISSING_MEMBER"
  | "FG_ERRORS_ORDER"
  | "FG_ERRORS_PROBLEM_OPTION";

/**
 * Emits a warning of the process: an application is set up in a way that cannot work. Its detail is the address of the page that has the cure.
 * @example emitWarning("FG_ERRORS_ORDER", "fgErrors() is mounted twice: remove one of them")
 */
export function emitWarning(code: WarningCode, message: string): void {
  process.emitWarning(message, { type: "FgErrorsWarning", code, detail: addressOf(code) });
}

/** Writes a warning to stderr: something failed while an error was answered. The line ends with the address of the page that has the cure. */
export function writeWarning(code: WarningCode, message: string, ...errors: readonly [error?: unknown]): void {
  warn(`${message} (${code}, ${addressOf(code)})`, ...errors);
}

function addressOf(code: WarningCode): string {
  return `https://fg-errors.github.io/troubleshooting.html#${code.toLowerCase()}`;
}
