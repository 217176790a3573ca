import { isDeepStrictEqual } from "node:util";
import { isMap, type Document, type Node, type Pair, type YAMLMap } from "yaml";
import { referredComponents, type Components } from "./components.js";
import { isGenerated } from "./generated.js";
import { editText, isEmptyNode, type TextEdits } from "./text-edits.js";
import { keyText, findPair, resolveNode } from "./yaml-nodes.js";

type Entries = Readonly<Record<string, object>>;

/**
 * Writes the components that a document refers to, and removes those of an earlier merge that no longer are. The mark distinguishes them
 * from the document's own.
 * @throws TypeError for another component of the same name
 */
export function mergeComponents(text: string, document: Document, all: Components): string {
  const edits = editText(text);
  const root = document.contents as YAMLMap;
  const wanted = referredComponents(all, document.toJS());
  const pair = findPair(root, "components", document);
  const components = objectIn(pair, "components", document);
  const kinds = Object.entries(wanted).filter(([kind, entries]) => {
    const ofKind = components && findPair(components, kind, document);
    if (ofKind) replaceKind(edits, components, ofKind, entries, document);
    return !ofKind && Object.keys(entries).length > 0;
  });
  const added = Object.fromEntries(kinds);
  if (kinds.length === 0) return edits.apply();
  if (components) edits.add(components, added);
  else if (pair) edits.set(root, pair, added);
  else edits.add(root, { components: added });
  return edits.apply();
}

/** Gives the map of a pair; undefined where there is none, or an empty one. */
function objectIn(pair: Pair | undefined, name: string, document: Document): YAMLMap | undefined {
  const map = resolveNode(pair?.value, document);
  if (isEmptyNode(map)) return undefined;
  if (!isMap(map)) throw new TypeError(`has ${name} that are no object`);
  return map;
}

function replaceKind(edits: TextEdits, components: YAMLMap, ofKind: Pair, entries: Entries, document: Document): void {
  const kind = keyText(ofKind);
  const map = objectIn(ofKind, `components.${kind}`, document);
  const known = (map?.items ?? []).map((pair) => {
    const component: unknown = (pair.value as Node | null)?.toJS(document);
    return { pair, name: keyText(pair), component, isOurs: isGenerated(component) };
  });
  const names = new Set(known.map(({ name }) => name));
  const added = Object.fromEntries(Object.entries(entries).filter(([name]) => !names.has(name)));
  const stale = known.filter(({ name, isOurs }) => isOurs && !Object.hasOwn(entries, name)).map(({ pair }) => pair);
  if (stale.length === known.length) {
    if (stale.length > 0 || Object.keys(added).length > 0) edits.set(components, ofKind, added);
    return;
  }
  edits.remove(map!, stale);
  for (const { pair, name, component, isOurs } of known) {
    const entry = entries[name];
    if (entry !== undefined && !isOurs)
      throw new TypeError(`has another components.${kind}.${name}: rename it, or remove it to take the contract's`);
    if (entry !== undefined && !isDeepStrictEqual(component, entry))
      edits.set(map!, pair, entry as Readonly<Record<string, unknown>>);
  }
  if (Object.keys(added).length > 0) edits.add(map!, added);
}
