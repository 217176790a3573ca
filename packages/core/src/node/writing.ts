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
