import type { Contract } from "@fg-errors/core";
import { isMap, parseDocument, YAMLMap, type Document } from "yaml";
import { isDeepStrictEqual } from "node:util";
import {
  generatedBy,
  generatedMark,
  openApiComponents,
  referredComponents,
  responseName,
  type Components,
} from "./components.js";
import { componentRef } from "./schemas.js";
import { openApiVersion } from "./version.js";
import { restoreLines, yamlStyle } from "./yaml-style.js";

const methods: ReadonlySet<string> = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]);

/**
 * Adds the responses of a contract to the operations of an OpenAPI document. An operation names its problems in `x-problems`, by code, by key
 * or by status; every operation gets `default`. Responses that the document has stay as they are, and so do comments and the order.
 * A second merge changes nothing.
 * @param text the document, YAML or JSON
 * @throws TypeError for a document that is none of OpenAPI 3.0 to 3.2, for a problem that the contract does not have, and for another
 *   component of the same name
 * @example writeFileSync("openapi.yaml", mergeOpenApi(readFileSync("openapi.yaml", "utf8"), shop));
 */
export function mergeOpenApi(text: string, contract: Contract): string {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new TypeError(`is no YAML or JSON: ${error.message.split("\n", 1)[0]}`);
  const version = openApiVersion(document.get("openapi"));
  if (!version) throw new TypeError(`is no OpenAPI document of version 3.0, 3.1 or 3.2: ${describeVersion(document)}`);
  for (const { name, operation } of operationsIn(document)) addResponses(document, name, operation, contract);
  const components = openApiComponents(contract, version);
  addComponents(document, referredComponents(components, document.toJS()));
  return isJsonText(text)
    ? `${JSON.stringify(document.toJS(), null, 2)}\n`
    : restoreLines(document.toString(yamlStyle(text)), text);
}

const isJsonText = (text: string) => /^\s*\{/.test(text);

function describeVersion(document: Document): string {
  const swagger: unknown = document.get("swagger");
  return swagger === undefined ? `openapi is ${JSON.stringify(document.get("openapi"))}` : `it is Swagger ${String(swagger)}`;
}

interface Operation {
  readonly name: string;
  readonly operation: YAMLMap;
}

function operationsIn(document: Document): Operation[] {
  return ["paths", "webhooks"].flatMap((group) => {
    const paths = document.get(group);
    if (!isMap(paths)) return [];
    return paths.items.flatMap(({ key, value: item }) =>
      isMap(item)
        ? item.items.flatMap(({ key: method, value: operation }) =>
            methods.has(String(method)) && isMap(operation)
              ? [{ name: `${String(method).toUpperCase()} ${String(key)}`, operation }]
              : [],
          )
        : [],
    );
  });
}

function addResponses(document: Document, name: string, operation: YAMLMap, contract: Contract): void {
  if (!isMap(operation.get("responses"))) operation.set("responses", document.createNode({}));
  const responses = operation.get("responses") as YAMLMap;
  const known = new Set(responses.items.map(({ key }) => String(key)));
  const named =
    operation.get("x-problems") === undefined ? [] : (operation.toJS(document) as { "x-problems": unknown })["x-problems"];
  if (!Array.isArray(named)) throw new TypeError(`${name}: x-problems takes an array of codes and statuses`);
  const statuses = named.map((problem) => statusOfProblem(problem, name, contract));
  for (const [status, component] of [
    ...statuses.map((each) => [String(each), responseName(each)] as const),
    ["default", "Problem"] as const,
  ])
    if (!known.has(status) && known.add(status)) responses.add(document.createPair(status, componentRef("responses", component)));
}

function statusOfProblem(named: unknown, operation: string, { name, statuses, problems = {} }: Contract): number {
  const row = Object.values(problems).find(({ code, key }) => code === named || key === named);
  const status = row?.status ?? Number(named);
  if (!(status >= 400) || !Object.hasOwn(statuses, status))
    throw new TypeError(`${operation}: x-problems names ${JSON.stringify(named)}, which "${name}" does not have`);
  return status;
}

/**
 * Writes the components that are referred to, and removes those of an earlier merge that no longer are. The mark distinguishes them from
 * the document's own.
 */
function addComponents(document: Document, components: Components): void {
  const before = (document.toJS() as { readonly components?: Record<string, Record<string, object>> }).components ?? {};
  for (const [kind, entries] of Object.entries(before))
    for (const [name, component] of Object.entries(entries ?? {}))
      if (isOurs(component) && !Object.hasOwn(components[kind as keyof Components] ?? {}, name))
        document.deleteIn(["components", kind, name]);
  for (const [kind, entries] of Object.entries(components))
    for (const [name, component] of Object.entries(entries)) {
      const known = before[kind]?.[name];
      if (known !== undefined && !isOurs(known))
        throw new TypeError(`has another components.${kind}.${name}: rename it, or remove it to take the contract's`);
      if (!isDeepStrictEqual(known, component)) document.setIn(["components", kind, name], document.createNode(component));
    }
}

const isOurs = (component: unknown) => (component as Record<string, unknown> | null)?.[generatedMark] === generatedBy;
