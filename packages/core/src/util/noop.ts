/** Does nothing: the listener for errors that are handled elsewhere. */
export function noop(): void {}
