import type { FieldError } from "../problem.js";
import { read, readText } from "../read.js";
import { keysOfPath, keysOfPointer, placeOf } from "./pointer.js";
import { withoutValue } from "./wording.js";

/** How the libraries of one kind describe what is not valid. */
export interface Dialect {
  readonly owns: (issue: unknown) => boolean;
  /** @param part the part of the request that was validated, where the issue itself does not say */
  readonly fields: (issue: unknown, part: string) => readonly FieldError[];
}

/** Fields that are worth reading; a Problem keeps as many. */
const most = 100;

/** How deep alternatives and nested objects are followed. */
const deepest = 8;

/** The invalid fields that a library's list tells of; undefined when it is not a list of one of these dialects. */
export function fieldsOf(list: unknown, dialects: readonly Dialect[], part = "body"): readonly FieldError[] | undefined {
  const issues = listOf(list);
  const dialect = dialects.find(({ owns }) => owns(issues[0]));
  if (dialect === undefined) return undefined;
  const fields: FieldError[] = [];
  for (const issue of issues) {
    if (fields.length >= most) break;
    fields.push(...dialect.fields(issue, part));
  }
  return fields;
}

/** Standard Schema and its like, { message, path: (key | { key })[] }: zod, valibot, arktype; joi, superstruct. */
export const standard: Dialect = {
  owns: (issue) => readText(issue, "message") !== undefined && Array.isArray(read(issue, "path") ?? []),
  fields: (issue) => leaves(issue, [], deepest).map(({ path, detail }) => ({ ...placeOf("body", path), detail })),
};

/** ajv. A field that is missing, or should be, is meant rather than the object around it. */
export const ajv: Dialect = {
  owns: (issue) => readText(issue, "instancePath") !== undefined && readText(issue, "keyword") !== undefined,
  fields: (issue, part) => {
    const named = ["missingProperty", "additionalProperty", "unevaluatedProperty", "propertyName"];
    const key = named.map((member) => readText(issue, "params", member)).find((name) => name !== undefined);
    const path = keysOfPointer(readText(issue, "instancePath") ?? "");
    const detail = withoutValue(read(issue, "message"), [read(issue, "data")]);
    return [{ ...placeOf(part, key === undefined ? path : [...path, key]), detail }];
  },
};

/** yup's errors, which are their own issues; the path is a text. */
export const yup: Dialect = {
  owns: (issue) => Array.isArray(read(issue, "inner")) && Array.isArray(read(issue, "errors")),
  fields: (issue) => {
    const values = [read(issue, "value"), read(issue, "params", "originalValue")];
    return [
      { ...placeOf("body", keysOfPath(readText(issue, "path") ?? "")), detail: withoutValue(read(issue, "message"), values) },
    ];
  },
};

/** class-validator: a tree of properties, each with its constraints' messages. */
export const classValidator: Dialect = {
  owns: (issue) =>
    isObject(read(issue, "constraints")) ||
    (listOf(read(issue, "children")).length > 0 && readText(issue, "property") !== undefined),
  fields: (issue) => constraints(issue, [], deepest),
};

/** express-validator: fields, alternatives of fields, and fields that are not known. */
export const expressValidator: Dialect = {
  owns: (issue) =>
    read(issue, "msg") !== undefined &&
    ["field", "alternative", "alternative_grouped", "unknown_fields"].includes(readText(issue, "type") ?? ""),
  fields: (issue) => {
    const parts = [...listOf(read(issue, "nestedErrors")).flat(), ...listOf(read(issue, "fields"))];
    return (parts.length === 0 ? [issue] : parts.slice(0, most)).map((field) => ({
      ...placeOf(readText(field, "location") ?? "", keysOfPath(readText(field, "path") ?? "")),
      detail: withoutValue(read(field, "msg") ?? read(issue, "msg"), [read(field, "value")]),
    }));
  },
};

/** express-openapi-validator: the first step of the path is the part. A deserialiser fails with words that nobody chose. */
export const openApi: Dialect = {
  owns: (issue) => readText(issue, "path") !== undefined && readText(issue, "message") !== undefined,
  fields: (issue) => {
    const [part = "", ...path] = keysOfPointer(readText(issue, "path") ?? "");
    const foreign = readText(issue, "errorCode") === "serdes.openapi.validation";
    return [{ ...placeOf(part, path), detail: foreign ? "" : withoutValue(read(issue, "message"), []) }];
  },
};

interface Leaf {
  readonly path: readonly unknown[];
  readonly detail: string;
}

/**
 * What an issue comes down to. Of a union's alternatives those count that got beyond the union itself, since the value was meant
 * as one of them; zod 3 writes their paths in full, zod 4 and valibot from the union on.
 */
function leaves(issue: unknown, base: readonly unknown[], left: number): readonly Leaf[] {
  const path = [...base, ...listOf(read(issue, "path"))];
  const absolute = listOf(read(issue, "unionErrors")).flatMap((error) => listOf(read(error, "issues")));
  const relative = [...listOf(read(issue, "errors")).flat(), ...listOf(read(issue, "issues"))];
  const nested = [
    ...absolute.slice(0, most).flatMap((inner) => (left > 0 ? leaves(inner, [], left - 1) : [])),
    ...relative.slice(0, most).flatMap((inner) => (left > 0 ? leaves(inner, path, left - 1) : [])),
  ].slice(0, most);
  const beyond = nested.filter((leaf) => leaf.path.length > path.length);
  if (nested.length > 0) return beyond.length > 0 ? beyond : nested;
  const unknown = listOf(read(issue, "keys")).slice(0, most);
  if (unknown.length > 0) return unknown.map((key) => ({ path: [...path, key], detail: "Not a known member." }));
  return [{ path, detail: wordingOf(issue) }];
}

/** joi puts the words of whatever a custom check threw into its message. */
function wordingOf(issue: unknown): string {
  if (read(issue, "context", "error") !== undefined) return "";
  // zod 3's `received` is the value itself for these two, else its type.
  const literal = /^invalid_(?:enum_value|literal)$/.test(readText(issue, "code") ?? "") ? read(issue, "received") : undefined;
  const kept = [read(issue, "input"), read(issue, "data"), read(issue, "value"), read(issue, "context", "value")];
  return withoutValue(read(issue, "message"), [literal, ...kept]);
}

function constraints(issue: unknown, base: readonly unknown[], left: number): readonly FieldError[] {
  const path = [...base, ...[read(issue, "property")].filter((key) => key !== undefined)];
  const messages = isObject(read(issue, "constraints")) ? Object.values(read(issue, "constraints") as object) : [];
  const own = messages.map((message) => ({ ...placeOf("body", path), detail: withoutValue(message, [read(issue, "value")]) }));
  const children = left > 0 ? listOf(read(issue, "children")).slice(0, most) : [];
  return [...own, ...children.flatMap((child) => constraints(child, path, left - 1))].slice(0, most);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
