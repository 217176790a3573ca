import { isAlias, isMap, isScalar, isSeq, type Document, type Pair, type YAMLMap } from "yaml";

/** Gives the node that an alias stands for, and any other node itself. */
export const resolveNode = (node: unknown, document: Document): unknown => (isAlias(node) ? node.resolve(document) : node);

/** Gives the name of a pair. */
export const keyText = ({ key }: Pair): string =>
  isScalar(key) ? (typeof key.value === "symbol" ? mergeKey : String(key.value)) : String(key);

const mergeKey = "<<";

/** Lists the pairs of a map, and behind them those that it merges from other maps with "<<". */
export function allPairs(map: YAMLMap, document: Document, within: readonly YAMLMap[] = []): readonly Pair[] {
  if (within.includes(map)) return [];
  const own = map.items.filter((pair) => keyText(pair) !== mergeKey);
  const names = new Set(own.map(keyText));
  const merged = map.items
    .filter((pair) => keyText(pair) === mergeKey)
    .flatMap(({ value }) => {
      const source = resolveNode(value, document);
      return isSeq(source) ? source.items : [source];
    })
    .map((source) => resolveNode(source, document))
    .filter(isMap);
  return [
    ...own,
    ...merged
      .flatMap((source) => allPairs(source, document, [...within, map]))
      .filter((pair) => !names.has(keyText(pair)) && names.add(keyText(pair))),
  ];
}

/** Finds a pair of a map by its name. */
export const findPair = (map: YAMLMap, name: string, document: Document): Pair | undefined =>
  allPairs(map, document).find((pair) => keyText(pair) === name);
