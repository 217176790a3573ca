import type { Contract } from "@fg-errors/core";
import { isMap, parseDocument, type Document, type Pair, type YAMLMap } from "yaml";
import { isDeepStrictEqual } from "node:util";
import { openApiComponents, responseName } from "./components.js";
import { ownParts } from "./generated.js";
import { mergeComponents } from "./merge-components.js";
import { operationsIn, type Operation } from "./operations.js";
import { componentRef } from "./schemas.js";
import { editText, isEmptyNode, type TextEdits } from "./text-edits.js";
import { openApiVersion } from "./version.js";
import { keyText, findPair, allPairs, resolveNode } from "./yaml-nodes.js";

/**
 * Adds the responses of a contract to the operations of an OpenAPI document. An operation names its problems in `x-problems`, by code, by key
 * or by status; every operation gets `default`. Responses that the document has stay as they are, and so does all of its text that is not
 * generated. A second merge changes nothing.
 * @param text the document, YAML or JSON
 * @throws TypeError for a document that is none of OpenAPI 3.0 to 3.2, for a problem that the contract does not have, and for another
 *   component of the same name
 * @example writeFileSync("openapi.yaml", mergeOpenApi(readFileSync("openapi.yaml", "utf8"), shop));
 */
export function mergeOpenApi(text: string, contract: Contract): string {
  const before = parse(text);
  const withResponses = addResponses(text, before, contract);
  const components = openApiComponents(contract, openApiVersion(before.get("openapi"))!);
  const merged = mergeComponents(withResponses, parse(withResponses), components);
  if (!isDeepStrictEqual(ownParts(parse(merged).toJS()), ownParts(before.toJS())))
    throw new TypeError("has a form that nothing can be added to: write its maps on lines of their own");
  return merged;
}

function parse(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new TypeError(`is no YAML or JSON: ${error.message.split("\n", 1)[0]}`);
  if (!openApiVersion(document.get("openapi")))
    throw new TypeError(`is no OpenAPI document of version 3.0, 3.1 or 3.2: ${describeVersion(document)}`);
  try {
    document.toJS();
  } catch (unresolved) {
    throw new TypeError(`is no YAML or JSON: ${(unresolved as Error).message}`, { cause: unresolved });
  }
  return document;
}

function describeVersion(document: Document): string {
  const swagger: unknown = document.get("swagger");
  return swagger === undefined ? `openapi is ${JSON.stringify(document.get("openapi"))}` : `it is Swagger ${String(swagger)}`;
}

type Entries = Readonly<Record<string, object>>;

function addResponses(text: string, document: Document, contract: Contract): string {
  const edits = editText(text);
  const added = new Map<YAMLMap, Set<string>>();
  for (const operation of operationsIn(document)) {
    const wanted = { ...namedResponses(operation, document, contract), default: componentRef("responses", "Problem") };
    const pair = findPair(operation.node, "responses", document);
    const responses = resolveNode(pair?.value, document);
    if (!isMap(responses) && !isEmptyNode(responses)) throw new TypeError(`${operation.name}: responses is no object`);
    if (!isMap(responses) || responses.items.length === 0) setResponses(edits, operation, pair, wanted);
    else {
      const known = added.get(responses) ?? new Set(allPairs(responses, document).map(keyText)); // operations may share them by an alias
      added.set(responses, known);
      addEntries(edits, responses, Object.fromEntries(Object.entries(wanted).filter(([status]) => !known.has(status))));
      for (const status of Object.keys(wanted)) known.add(status);
    }
  }
  return edits.apply();
}

function setResponses(
  edits: TextEdits,
  { node, parent, pair: own }: Operation,
  pair: Pair | undefined,
  responses: Entries,
): void {
  if (pair) edits.set(node, pair, responses);
  else if (node.items.length === 0) edits.set(parent, own, { responses });
  else edits.add(node, { responses });
}

function addEntries(edits: TextEdits, map: YAMLMap, entries: Readonly<Record<string, unknown>>): void {
  if (Object.keys(entries).length > 0) edits.add(map, entries);
}

function namedResponses({ name, node }: Operation, document: Document, contract: Contract): Entries {
  const pair = findPair(node, "x-problems", document);
  const value = resolveNode(pair?.value, document) as { toJS?: (document: Document) => unknown } | null | undefined;
  const named = pair ? value?.toJS?.(document) : [];
  if (!Array.isArray(named)) throw new TypeError(`${name}: x-problems takes an array of codes and statuses`);
  const statuses = named.map((problem) => statusOfProblem(problem, name, contract));
  return Object.fromEntries(statuses.map((status) => [status, componentRef("responses", responseName(status))]));
}

function statusOfProblem(named: unknown, operation: string, { name, statuses, problems = {} }: Contract): number {
  const row = Object.values(problems).find(({ code, key }) => code === named || key === named);
  const status = row?.status ?? Number(named);
  if (!(status >= 400) || !Object.hasOwn(statuses, status))
    throw new TypeError(`${operation}: x-problems names ${JSON.stringify(named)}, which "${name}" does not have`);
  return status;
}
