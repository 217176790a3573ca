import type { Head } from "../node/response-head.js";

/** The methods that write to a response: every other one calls one of them. */
export interface WritingMethods {
  writeHead: (...head: Head) => unknown;
  write: (...args: unknown[]) => boolean;
  end: (...args: unknown[]) => unknown;
}

/** The methods that are recorded: those that write, and the one that sends the head alone. */
export interface RecordedMethods extends WritingMethods {
  flushHeaders: () => void;
}

/** One recorded call. */
type Call = readonly [method: keyof RecordedMethods, args: readonly unknown[]];

/** Records what a writer calls while its response is inspected, so that a success can be replayed. */
export interface Recording {
  readonly calls: Call[];
  /** Moves the response to its next state, and gives the methods that the calls are replayed to. */
  readonly replayTo: () => RecordedMethods;
  /** Takes what a replayed call throws, unless it is the last one: the writer of an earlier one is not there to catch it. */
  readonly failed: (thrown: unknown) => void;
}

/** The methods that end a response's wait for content. */
export interface EndingMethods {
  flushHeaders: () => void;
  destroy: (error?: unknown) => unknown;
}
