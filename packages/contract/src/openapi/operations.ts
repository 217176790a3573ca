import { isMap, type Document, type Pair, type YAMLMap } from "yaml";
import { keyText, findPair, allPairs, resolveNode } from "./yaml-nodes.js";

const methods: ReadonlySet<string> = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]);

/** Describes an operation of an OpenAPI document. */
export interface Operation {
  /** Method and path, for people. */
  readonly name: string;
  readonly node: YAMLMap;
  /** The map and the pair that have it. */
  readonly parent: YAMLMap;
  readonly pair: Pair;
}

/**
 * Lists the operations of an OpenAPI document, each once: of its paths, its webhooks and its components, and those that have another method
 * (OpenAPI 3.2).
 * @throws TypeError for `x-problems` beside the operations
 */
export function operationsIn(document: Document): readonly Operation[] {
  const root = mapOf(document.contents, document);
  const components = mapOf(root && findPair(root, "components", document)?.value, document);
  const groups = [
    [root, "paths"],
    [root, "webhooks"],
    [components, "pathItems"],
  ] as const;
  if (root) refuseProblems(root, "the document", document);
  const found = groups.flatMap(([owner, name]) => {
    const paths = mapOf(owner && findPair(owner, name, document)?.value, document);
    return paths ? allPairs(paths, document).flatMap((pair) => operationsOf(pair, document)) : [];
  });
  return [...new Map(found.map((operation) => [operation.node, operation])).values()];
}

const mapOf = (node: unknown, document: Document): YAMLMap | undefined => {
  const resolved = resolveNode(node, document);
  return isMap(resolved) ? resolved : undefined;
};

function operationsOf(path: Pair, document: Document): Operation[] {
  const item = mapOf(path.value, document);
  if (!item) return [];
  refuseProblems(item, keyText(path), document);
  const others = mapOf(findPair(item, "additionalOperations", document)?.value, document);
  return [
    ...allPairs(item, document).flatMap((pair) => (methods.has(keyText(pair)) ? [{ parent: item, pair }] : [])),
    ...(others ? allPairs(others, document).map((pair) => ({ parent: others, pair })) : []),
  ].flatMap(({ parent, pair }) => {
    const node = mapOf(pair.value, document);
    return node ? [{ name: `${keyText(pair).toUpperCase()} ${keyText(path)}`, node, parent, pair }] : [];
  });
}

function refuseProblems(map: YAMLMap, name: string, document: Document): void {
  if (findPair(map, "x-problems", document)) throw new TypeError(`${name}: x-problems belongs to an operation`);
}
