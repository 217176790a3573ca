import { types } from "node:util";
import { keysOfPath, keysOfPointer, placeOf } from "../../problem/field-place.js";
import type { FieldError } from "../../problem/finding.js";
import { maxFieldErrors, maxIssueDepth, maxNestedIssues } from "../../util/limits.js";
import { isRecord, read, readText } from "../../util/safe-read.js";
import { membersOf, newSearch, redactValues, type Search } from "../redact-values.js";
import { ownTexts } from "../../problem/own-texts.js";

/** Describes one of the validation dialects: how libraries of one kind list what is not valid. */
export interface Dialect {
  readonly owns: (issue: unknown) => boolean;
  /** @param part the part of the request that was validated, where the issue itself does not say */
  readonly fields: (issue: unknown, part: string, work: Work) => readonly FieldError[];
  /** Whether its issues may be errors. No other library's are: an error among them may have been written by an upstream. */
  readonly ofErrors?: true;
}

/** Limits what one list may cost. Its issues may contain each other and keep the same large value. */
interface Work {
  /** Nested issues and keys that may still be followed. */
  steps: number;
  readonly search: Search;
}

/** Lists the invalid fields in a library's list; undefined when it is not of one of these dialects. */
export function invalidFields(list: unknown, dialects: readonly Dialect[], part = "body"): readonly FieldError[] | undefined {
  const all = firstOfList(list);
  const plain = withoutErrors(all);
  const issues = ({ ofErrors }: Dialect) => (ofErrors ? all : plain);
  const dialect = dialects.find((candidate) => candidate.owns(issues(candidate)[0]));
  if (dialect === undefined) return undefined;
  const work: Work = { steps: maxNestedIssues, search: newSearch() };
  const fields: FieldError[] = [];
  for (const issue of issues(dialect)) {
    if (fields.length >= maxFieldErrors) break;
    fields.push(...dialect.fields(issue, part, work));
  }
  return fields;
}

/** Whether a value is an error, or looks like one. */
export function looksLikeError(value: unknown): boolean {
  return types.isNativeError(value) || read(value, "stack") !== undefined;
}

/** Reads Standard Schema and the like, { message, path: (key | { key })[] }: zod, arktype, effect; joi; valibot, which may have no path. */
export const standard: Dialect = {
  owns: (issue) => standardIssue.owns(issue) && (read(issue, "path") ?? readText(issue, "kind")) !== undefined,
  fields: (issue, part, work) =>
    innerIssues(issue, [], maxIssueDepth, work).map(({ path, detail }) => ({ ...placeOf(part, path), detail })),
};

/** Reads Standard Schema to the letter: an issue with the whole content needs nothing but a message. */
export const standardIssue: Dialect = {
  ...standard,
  owns: (issue) => readText(issue, "message") !== undefined && Array.isArray(read(issue, "path") ?? []),
};

/** Reads superstruct's error, which is its own issue. */
export const superstructFailure: Dialect = { ...standard, ofErrors: true };

/** Reads ajv's issues. The place is a field that is missing, or should be, not the object around it. */
export const ajv: Dialect = {
  owns: (issue) => readText(issue, "instancePath") !== undefined && readText(issue, "keyword") !== undefined,
  fields: (issue, part, { search }) => {
    const named = ["missingProperty", "additionalProperty", "unevaluatedProperty", "propertyName"];
    const key = named.map((member) => readText(issue, "params", member)).find((name) => name !== undefined);
    const path = keysOfPointer(readText(issue, "instancePath") ?? "");
    const detail = redactValues(read(issue, "message"), [read(issue, "data")], search);
    return [{ ...placeOf(part, key === undefined ? path : [...path, key]), detail }];
  },
};

/** Reads yup's errors, which are their own issues. The path is a text. */
export const yup: Dialect = {
  ofErrors: true,
  owns: (issue) => Array.isArray(read(issue, "inner")) && Array.isArray(read(issue, "errors")),
  fields: (issue, _part, { search }) => {
    const path = keysOfPath(readText(issue, "path") ?? "");
    const values = [read(issue, "value"), read(issue, "params", "originalValue")];
    return [{ ...placeOf("body", path), detail: redactValues(read(issue, "message"), values, search) }];
  },
};

/** Reads class-validator's tree of properties, each with the messages of its constraints. */
export const classValidator: Dialect = {
  owns: (issue) =>
    isRecord(read(issue, "constraints")) ||
    (firstOfList(read(issue, "children")).length > 0 && readText(issue, "property") !== undefined),
  fields: (issue, _part, work) => constraintErrors(issue, [], maxIssueDepth, work),
};

/** Reads express-validator's issues: fields, alternatives of fields, and unknown fields. */
export const expressValidator: Dialect = {
  owns: (issue) =>
    read(issue, "msg") !== undefined &&
    ["field", "alternative", "alternative_grouped", "unknown_fields"].includes(readText(issue, "type") ?? ""),
  fields: (issue, _part, { search }) => {
    const nested = firstOfList(read(issue, "nestedErrors")).map((group) => (Array.isArray(group) ? group : [group]));
    const parts = withoutErrors(mergeLists([...nested, read(issue, "fields")]).slice(0, maxFieldErrors));
    return (parts.length === 0 ? [issue] : parts).map((field) => ({
      ...placeOf(readText(field, "location") ?? "", keysOfPath(readText(field, "path") ?? "")),
      detail: redactValues(read(field, "msg") ?? read(issue, "msg"), [read(field, "value")], search),
    }));
  },
};

/** Reads express-openapi-validator's issues. The path begins with the part. Nobody chose a failing deserialiser's message. */
export const openApi: Dialect = {
  owns: (issue) => readText(issue, "path") !== undefined && readText(issue, "message") !== undefined,
  fields: (issue, _part, { search }) => {
    const [part = "", ...path] = keysOfPointer(readText(issue, "path") ?? "");
    const foreign = readText(issue, "errorCode") === "serdes.openapi.validation";
    return [{ ...placeOf(part, path), detail: foreign ? "" : redactValues(read(issue, "message"), [], search) }];
  },
};

interface InnerIssue {
  readonly path: readonly unknown[];
  readonly detail: string;
}

/** Reduces an issue to its innermost ones. In a union those count that got beyond it: the value was meant as one of them. */
function innerIssues(issue: unknown, base: readonly unknown[], levels: number, work: Work): readonly InnerIssue[] {
  const path = base.concat(firstOfList(read(issue, "path"))).slice(0, maxFieldErrors);
  const nested = alternatives(issue, path, levels, work);
  const beyond = nested.length === 0 ? nested : nested.filter((leaf) => leaf.path.length > path.length);
  if (nested.length > 0) return beyond.length > 0 ? beyond : nested;
  const unknown = firstOfList(read(issue, "keys")).slice(0, Math.max(1, work.steps));
  work.steps -= unknown.length;
  if (unknown.length > 0) return unknown.map((key) => ({ path: [...path, key], detail: ownTexts["unknown-member"] }));
  return [{ path, detail: issueDetail(issue, work) }];
}

/** Follows a union. zod 3 and arktype write the paths of its issues in full, zod 4 (a list for each) and valibot from it on. */
function alternatives(issue: unknown, path: readonly unknown[], levels: number, work: Work): readonly InnerIssue[] {
  const [errors, unions, issues] = [
    firstOfList(read(issue, "errors")),
    firstOfList(read(issue, "unionErrors")),
    firstOfList(read(issue, "issues")),
  ];
  if (errors.length + unions.length + issues.length === 0) return [];
  const absolute = [
    ...mergeLists(unions.map((error) => read(error, "issues"))),
    ...errors.filter((error) => !Array.isArray(error)),
  ];
  return [
    ...expandNested(absolute, levels, work, (inner) => innerIssues(inner, [], levels - 1, work)),
    ...expandNested([...mergeLists(errors), ...issues], levels, work, (inner) => innerIssues(inner, path, levels - 1, work)),
  ];
}

/** Redacts an issue's message. joi puts the message of any error that a custom check threw into its own. */
function issueDetail(issue: unknown, { search }: Work): string {
  if (read(issue, "context", "error") !== undefined) return "";
  // zod 3's `received` is the value itself for these two, else its type.
  const literal = /^invalid_(?:enum_value|literal)$/.test(readText(issue, "code") ?? "") ? read(issue, "received") : undefined;
  // arktype's `input` is the source of the issue, not its value.
  const input = read(issue, "nodeConfig") === undefined ? read(issue, "input") : undefined;
  const kept = [literal, input, read(issue, "data"), read(issue, "value"), read(read(issue, "context"), "value")];
  return redactValues(read(issue, "message"), kept, search);
}

function constraintErrors(issue: unknown, base: readonly unknown[], levels: number, work: Work): readonly FieldError[] {
  const path = [...base, ...[read(issue, "property")].filter((key) => key !== undefined)];
  const [place, value] = [placeOf("body", path), [read(issue, "value")]];
  const messages = membersOf(read(issue, "constraints"), maxFieldErrors);
  const own = messages.map((message) => ({ ...place, detail: redactValues(message, value, work.search) }));
  const children = expandNested(firstOfList(read(issue, "children")), levels, work, (child) =>
    constraintErrors(child, path, levels - 1, work),
  );
  return [...own, ...children].slice(0, maxFieldErrors);
}

function expandNested<T>(
  nested: readonly unknown[],
  levels: number,
  work: Work,
  expand: (issue: unknown) => readonly T[],
): readonly T[] {
  if (nested.length === 0 || levels <= 0) return [];
  return withoutErrors(nested.slice(0, maxFieldErrors))
    .flatMap((issue) => (work.steps-- > 0 ? expand(issue) : []))
    .slice(0, maxFieldErrors);
}

/** Joins lists, up to the members that are read. A value that is no list has none. */
function mergeLists(lists: readonly unknown[]): readonly unknown[] {
  const members: unknown[] = [];
  for (const list of lists) if (members.length < maxFieldErrors) members.push(...firstOfList(list));
  return members;
}

function withoutErrors(list: readonly unknown[]): readonly unknown[] {
  return list.filter((issue) => !looksLikeError(issue));
}

function firstOfList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, maxFieldErrors) : [];
}
