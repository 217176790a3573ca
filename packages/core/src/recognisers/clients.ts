import type { Context, Finding } from "./rule.js";

/** What an HTTP client's error means, or undefined when it is not one. Asked before every other family. */
export function client(_error: object, _context: Context): Finding | undefined {
  return undefined;
}
