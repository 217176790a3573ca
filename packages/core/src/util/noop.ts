/** Does nothing. A promise or a stream whose failure is handled elsewhere needs a listener, or Node ends the process. */
export function noop(): void {}
