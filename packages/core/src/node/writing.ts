import type { Head } from "./head.js";

/** The ways of writing to a response: every other implies one of them. */
export interface Writing {
  writeHead: (...head: Head) => unknown;
  write: (...args: unknown[]) => boolean;
  end: (...args: unknown[]) => unknown;
}

/** What ends a response's waiting for content, in one way or the other. */
export interface Ending {
  flushHeaders: () => void;
  destroy: (error?: unknown) => unknown;
}

/**
 * What becomes of what is written:
 * - held: nobody knows yet what comes
 * - waiting: the head of a success was given, but nothing is sent yet
 * - open: what is written is sent
 * - taken: an error reply is read instead of being sent
 * - over: answered in its place; what else is written is dropped
 */
export type State = "held" | "waiting" | "open" | "taken" | "over";
