/** Does nothing: the listener of an event that must have one, and the handler of a rejection that nobody needs. */
export function noop(): void {}
