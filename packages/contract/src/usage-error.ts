/** Reports a mistake in what a user gave: the message is one line for stderr, and the command exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
