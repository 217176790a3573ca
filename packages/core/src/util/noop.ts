/** Does nothing: the listener of an "error" event that nobody has to hear of, but that would end the process without a listener. */
export function noop(): void {}
