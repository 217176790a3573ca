/** On a response whose content was looked into. Registered, as that of an answer is. */
const lookedInto = Symbol.for("fg-errors.lookedInto");

/** Whether another door, behind this one, has looked into what is written: each would wait for it anew. */
export function isLookedInto(response: object): boolean {
  return lookedInto in response;
}

/** To be said before its head is written. */
export function markLookedInto(response: object): void {
  Object.assign(response, { [lookedInto]: true });
}
