import type { Head } from "../node/response-head.js";

/** The ways of writing to a response: every other implies one of them. */
export interface Writing {
  writeHead: (...head: Head) => unknown;
  write: (...args: unknown[]) => boolean;
  end: (...args: unknown[]) => unknown;
}

/** Those, and what sends the head alone. */
export interface Saying extends Writing {
  flushHeaders: () => void;
}

/** What was said in one of them. */
export type Call = readonly [way: keyof Saying, args: readonly unknown[]];

/** What was said to a response that may be let go after all. */
export interface Noted {
  readonly calls: Call[];
  /** What they are said to then. */
  readonly reopen: () => Saying;
  /** Told of what an earlier one of them throws then: who wrote it is not there to catch it. */
  readonly failed: (thrown: unknown) => void;
}

/** What ends a response's waiting for content, in one way or the other. */
export interface Ending {
  flushHeaders: () => void;
  destroy: (error?: unknown) => unknown;
}
