import type { Head } from "../node/response-head.js";

/** Lists the methods that write to a response: every other one calls one of them. */
export interface WritingMethods {
  writeHead: (...head: Head) => unknown;
  write: (...args: unknown[]) => boolean;
  end: (...args: unknown[]) => unknown;
}

/** Lists the methods that are recorded: those that write, and the one that sends the head alone. */
export interface RecordedMethods extends WritingMethods {
  flushHeaders: () => void;
}

/** Describes one recorded call. */
type Call = readonly [method: keyof RecordedMethods, args: readonly unknown[]];

/** Records what a writer calls while its response is inspected, so that a success can be replayed. */
export interface Recording {
  readonly calls: Call[];
  /** Moves the response to its next state, and gives the methods that the calls are replayed to. */
  readonly replayTo: () => RecordedMethods;
  /** Receives the error that a replayed call throws, unless it is the last call: the writer of an earlier one cannot catch it. */
  readonly failed: (thrown: unknown) => void;
}

/** Lists the methods that end a response's wait for content. */
export interface EndingMethods {
  flushHeaders: () => void;
  destroy: (error?: unknown) => unknown;
}
