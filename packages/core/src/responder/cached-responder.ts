import type { ResponderOptions } from "./options.js";
import { createResponder, type Responder } from "./responder.js";

/** Gives the default of options: one object, so that it is checked once. */
export const noOptions: ResponderOptions = {};

const responders = new WeakMap<ResponderOptions, Responder>();

/**
 * Returns the responder for a function that is given its options with each call. There is one for each object, so that options are
 * checked once.
 * @param caller the function that a wrong option is blamed on
 * @throws TypeError for a wrong option
 */
export function responderOf(options: ResponderOptions, caller: string): Responder {
  const known = responders.get(options);
  if (known) return known;
  const respond = createResponder(options, { caller });
  responders.set(options, respond);
  return respond;
}
