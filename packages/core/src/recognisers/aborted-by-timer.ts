import { maxStackCharacters } from "../util/limits.js";
import { readText } from "../util/safe-read.js";

/**
 * Whether a time limit of a library has aborted a call: the abort carries no reason, but its stack shows who has begun it. Timers of the
 * application do not count: it may end its work for any reason.
 */
export function isAbortedByTimer(error: unknown): boolean {
  const stack = readText(error, "stack")?.slice(0, maxStackCharacters) ?? "";
  return stack.split("\n").some((frame) => timerFrame.test(frame));
}

/** Matches the frame of a timer, whose callback is a library's, or Node's for AbortSignal.timeout(). */
const timerFrame = /^ {4}at Timeout\b[^]*(?:[\\/]node_modules[\\/]|\(node:internal\/abort_controller:)/;
