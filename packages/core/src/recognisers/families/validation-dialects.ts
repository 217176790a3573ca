import { types } from "node:util";
import { keysOfPath, keysOfPointer, placeOf } from "../../problem/field-place.js";
import type { FieldError } from "../../problem/finding.js";
import { read, readText } from "../../util/safe-read.js";
import { membersOf, newSearch, withoutValue, type Search } from "../redact-values.js";

/** How the libraries of one kind describe what is not valid. */
export interface Dialect {
  readonly owns: (issue: unknown) => boolean;
  /** @param part the part of the request that was validated, where the issue itself does not say */
  readonly fields: (issue: unknown, part: string, work: Work) => readonly FieldError[];
  /** Its issues may be errors. No other library's are: an error among them is somebody else's, and says what an upstream likes. */
  readonly ofErrors?: true;
}

/** What one list may cost, whose issues may contain each other and keep the same large value. */
interface Work {
  /** Nested issues and keys that are followed yet. */
  left: number;
  readonly search: Search;
}

/** Fields that are worth reading; a Problem keeps as many. */
const most = 100;

/** How many nested issues and unknown keys of a list are followed, and how deep. */
const mostNested = 1000;
const deepest = 8;

/** The invalid fields that a library's list tells of; undefined when it is not a list of one of these dialects. */
export function fieldsOf(list: unknown, dialects: readonly Dialect[], part = "body"): readonly FieldError[] | undefined {
  const all = listOf(list);
  const plain = withoutErrors(all);
  const issues = ({ ofErrors }: Dialect) => (ofErrors ? all : plain);
  const dialect = dialects.find((candidate) => candidate.owns(issues(candidate)[0]));
  if (dialect === undefined) return undefined;
  const work: Work = { left: mostNested, search: newSearch() };
  const fields: FieldError[] = [];
  for (const issue of issues(dialect)) {
    if (fields.length >= most) break;
    fields.push(...dialect.fields(issue, part, work));
  }
  return fields;
}

/** Whether a value is an error, or looks like one. */
export function isError(value: unknown): boolean {
  return types.isNativeError(value) || read(value, "stack") !== undefined;
}

/** Standard Schema and its like, { message, path: (key | { key })[] }: zod, arktype, effect; joi; valibot, which may have no path. */
export const standard: Dialect = {
  owns: (issue) => result.owns(issue) && (read(issue, "path") ?? readText(issue, "kind")) !== undefined,
  fields: (issue, _part, work) =>
    leaves(issue, [], deepest, work).map(({ path, detail }) => ({ ...placeOf("body", path), detail })),
};

/** Standard Schema to the letter: an issue with the whole content needs nothing but a message. */
export const result: Dialect = {
  ...standard,
  owns: (issue) => readText(issue, "message") !== undefined && Array.isArray(read(issue, "path") ?? []),
};

/** superstruct's error is its own issue. */
export const failed: Dialect = { ...standard, ofErrors: true };

/** ajv. A field that is missing, or should be, is meant rather than the object around it. */
export const ajv: Dialect = {
  owns: (issue) => readText(issue, "instancePath") !== undefined && readText(issue, "keyword") !== undefined,
  fields: (issue, part, { search }) => {
    const named = ["missingProperty", "additionalProperty", "unevaluatedProperty", "propertyName"];
    const key = named.map((member) => readText(issue, "params", member)).find((name) => name !== undefined);
    const path = keysOfPointer(readText(issue, "instancePath") ?? "");
    const detail = withoutValue(read(issue, "message"), [read(issue, "data")], search);
    return [{ ...placeOf(part, key === undefined ? path : [...path, key]), detail }];
  },
};

/** yup's errors, which are their own issues; the path is a text. */
export const yup: Dialect = {
  ofErrors: true,
  owns: (issue) => Array.isArray(read(issue, "inner")) && Array.isArray(read(issue, "errors")),
  fields: (issue, _part, { search }) => {
    const path = keysOfPath(readText(issue, "path") ?? "");
    const values = [read(issue, "value"), read(issue, "params", "originalValue")];
    return [{ ...placeOf("body", path), detail: withoutValue(read(issue, "message"), values, search) }];
  },
};

/** class-validator: a tree of properties, each with its constraints' messages. */
export const classValidator: Dialect = {
  owns: (issue) =>
    isObject(read(issue, "constraints")) ||
    (listOf(read(issue, "children")).length > 0 && readText(issue, "property") !== undefined),
  fields: (issue, _part, work) => constraints(issue, [], deepest, work),
};

/** express-validator: fields, alternatives of fields, and fields that are not known. */
export const expressValidator: Dialect = {
  owns: (issue) =>
    read(issue, "msg") !== undefined &&
    ["field", "alternative", "alternative_grouped", "unknown_fields"].includes(readText(issue, "type") ?? ""),
  fields: (issue, _part, { search }) => {
    const nested = listOf(read(issue, "nestedErrors")).map((group) => (Array.isArray(group) ? group : [group]));
    const parts = withoutErrors(joined([...nested, read(issue, "fields")]).slice(0, most));
    return (parts.length === 0 ? [issue] : parts).map((field) => ({
      ...placeOf(readText(field, "location") ?? "", keysOfPath(readText(field, "path") ?? "")),
      detail: withoutValue(read(field, "msg") ?? read(issue, "msg"), [read(field, "value")], search),
    }));
  },
};

/** express-openapi-validator: the first step of the path is the part. A deserialiser fails with words that nobody chose. */
export const openApi: Dialect = {
  owns: (issue) => readText(issue, "path") !== undefined && readText(issue, "message") !== undefined,
  fields: (issue, _part, { search }) => {
    const [part = "", ...path] = keysOfPointer(readText(issue, "path") ?? "");
    const foreign = readText(issue, "errorCode") === "serdes.openapi.validation";
    return [{ ...placeOf(part, path), detail: foreign ? "" : withoutValue(read(issue, "message"), [], search) }];
  },
};

interface Leaf {
  readonly path: readonly unknown[];
  readonly detail: string;
}

/** What an issue comes down to. Of a union's alternatives those count that got beyond it: the value was meant as one of them. */
function leaves(issue: unknown, base: readonly unknown[], left: number, work: Work): readonly Leaf[] {
  const path = [...base, ...listOf(read(issue, "path"))].slice(0, most);
  const nested = alternatives(issue, path, left, work);
  const beyond = nested.filter((leaf) => leaf.path.length > path.length);
  if (nested.length > 0) return beyond.length > 0 ? beyond : nested;
  const unknown = listOf(read(issue, "keys")).slice(0, Math.max(1, work.left));
  work.left -= unknown.length;
  if (unknown.length > 0) return unknown.map((key) => ({ path: [...path, key], detail: "Not a known member." }));
  return [{ path, detail: wordingOf(issue, work) }];
}

/** zod 3 and arktype write the paths of a union's issues in full, zod 4 (a list for each) and valibot from the union on. */
function alternatives(issue: unknown, path: readonly unknown[], left: number, work: Work): readonly Leaf[] {
  const [errors, unions, issues] = [
    listOf(read(issue, "errors")),
    listOf(read(issue, "unionErrors")),
    listOf(read(issue, "issues")),
  ];
  if (errors.length + unions.length + issues.length === 0) return [];
  const absolute = [...joined(unions.map((error) => read(error, "issues"))), ...errors.filter((error) => !Array.isArray(error))];
  return [
    ...within(absolute, left, work, (inner) => leaves(inner, [], left - 1, work)),
    ...within([...joined(errors), ...issues], left, work, (inner) => leaves(inner, path, left - 1, work)),
  ];
}

/** joi puts the words of whatever a custom check threw into its message. */
function wordingOf(issue: unknown, { search }: Work): string {
  if (read(issue, "context", "error") !== undefined) return "";
  // zod 3's `received` is the value itself for these two, else its type.
  const literal = /^invalid_(?:enum_value|literal)$/.test(readText(issue, "code") ?? "") ? read(issue, "received") : undefined;
  // arktype's `input` is what the issue was made of.
  const input = read(issue, "nodeConfig") === undefined ? read(issue, "input") : undefined;
  const kept = [literal, input, read(issue, "data"), read(issue, "value"), read(issue, "context", "value")];
  return withoutValue(read(issue, "message"), kept, search);
}

function constraints(issue: unknown, base: readonly unknown[], left: number, work: Work): readonly FieldError[] {
  const path = [...base, ...[read(issue, "property")].filter((key) => key !== undefined)];
  const [place, value] = [placeOf("body", path), [read(issue, "value")]];
  const messages = membersOf(read(issue, "constraints"), most);
  const own = messages.map((message) => ({ ...place, detail: withoutValue(message, value, work.search) }));
  const children = within(listOf(read(issue, "children")), left, work, (child) => constraints(child, path, left - 1, work));
  return [...own, ...children].slice(0, most);
}

function within<T>(nested: readonly unknown[], left: number, work: Work, follow: (issue: unknown) => readonly T[]): readonly T[] {
  if (nested.length === 0 || left <= 0) return [];
  return withoutErrors(nested.slice(0, most))
    .flatMap((issue) => (work.left-- > 0 ? follow(issue) : []))
    .slice(0, most);
}

/** As many members of some lists as are worth reading; what is no list has none. */
function joined(lists: readonly unknown[]): readonly unknown[] {
  const members: unknown[] = [];
  for (const list of lists) if (members.length < most) members.push(...listOf(list));
  return members;
}

function withoutErrors(list: readonly unknown[]): readonly unknown[] {
  return list.filter((issue) => !isError(issue));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
