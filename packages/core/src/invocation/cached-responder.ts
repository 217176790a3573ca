import type { ResponderOptions } from "../responder/options.js";
import { createResponder, type Responder } from "../responder/responder.js";

const responders = new WeakMap<ResponderOptions, Responder>();

/**
 * The responder for a function that is given its options with each call: one for each object, so that they are checked once.
 * @throws TypeError for a wrong option
 */
export function responderOf(options: ResponderOptions, caller: string): Responder {
  const known = responders.get(options);
  if (known) return known;
  const respond = createResponder(options, { caller });
  responders.set(options, respond);
  return respond;
}
