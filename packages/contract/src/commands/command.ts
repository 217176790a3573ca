/** Describes what a command prints and how it ends. */
export interface Outcome {
  /** Text for stdout. */
  readonly output?: string;
  /** Exit code. Default 0. */
  readonly code?: 0 | 1 | 2;
}

/** Describes a command of `fg-errors`. */
export interface Command {
  /** One line: arguments and options. */
  readonly usage: string;
  /** One sentence: what the command does. */
  readonly summary: string;
  /** Runs the command. It rejects with a UsageError for wrong arguments. */
  readonly run: (args: readonly string[]) => Promise<Outcome>;
}
