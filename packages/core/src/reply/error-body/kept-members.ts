import { extensionsOf, standardMembers } from "../../problem/extensions.js";
import type { Finding } from "../../problem/finding.js";
import { withoutControls } from "../../util/sanitize.js";
import { rawClientText } from "./client-text.js";
import { problemDocument, type Shape } from "./shapes.js";

/** Matches names under which frameworks show developers what happened inside, the request's credentials among it, in any spelling. */
const debugName = /^(?:debug|sql|(?:inner|root)?exception|(?:back|stack)?trace$|stack$)/;

/** Lists the members of a problem document that are no extensions for clients, or that `errors` has in our form. */
const standardNames: ReadonlySet<string> = new Set([...standardMembers, ...problemDocument.fields]);

const rules = {
  isHidden: (name: string) => debugName.test(name.slice(0, 40).toLowerCase().replace(/[_.-]/g, "")),
  fitText: clientValue,
};

/**
 * Picks the members of an error body that its clients need besides our own: the extension members of a problem document (RFC 9457 section
 * 3.2), and those that a shape names. A member with a text that no client may read, such as a stack, is left out as a whole.
 * @param isProblem whether the media type says that it is a problem document
 */
export function keptMembers(body: object, { keeps }: Shape, isProblem: boolean): Finding["extensions"] {
  if (!isProblem && !keeps) return undefined;
  const kept = isProblem ? body : Object.fromEntries(keeps!.flatMap((name) => memberOf(body, name)));
  const extensions = extensionsOf(kept, standardNames, rules);
  return Object.keys(extensions).length === 0 ? undefined : extensions;
}

function memberOf(body: object, name: string) {
  return Object.hasOwn(body, name) ? [[name, (body as Record<string, unknown>)[name]] as const] : [];
}

function clientValue(text: string): string | undefined {
  if (text.trim() === "") return "";
  const fit = rawClientText(text);
  return fit === undefined ? undefined : withoutControls(fit);
}
