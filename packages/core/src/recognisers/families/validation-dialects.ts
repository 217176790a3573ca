import { fieldAt, keysOfPath, keysOfPointer } from "../../problem/field-place.js";
import type { FieldError } from "../../problem/finding.js";
import { maxFieldErrors, maxIssueDepth } from "../../util/limits.js";
import { isRecord, read, readText } from "../../util/safe-read.js";
import { membersOf, redactValues } from "../redact-values.js";
import { expandNested, firstOfList, mergeLists, newWork, withoutErrors, type Work } from "./issue-lists.js";
import { innerIssues } from "./standard-issues.js";

/** Describes one of the validation dialects: how libraries of one kind list what is not valid. */
export interface Dialect {
  readonly owns: (issue: unknown) => boolean;
  /** @param part the part of the request that was validated, where the issue itself does not say */
  readonly fields: (issue: unknown, part: string, work: Work) => readonly FieldError[];
  /** Whether its issues may be errors. No other library's are: an error among them may have been written by an upstream. */
  readonly ofErrors?: true;
}

/** Lists the invalid fields in a library's list; undefined when it is not of one of these dialects. */
export function invalidFields(list: unknown, dialects: readonly Dialect[], part = "body"): readonly FieldError[] | undefined {
  const all = firstOfList(list);
  const plain = withoutErrors(all);
  const issues = ({ ofErrors }: Dialect) => (ofErrors ? all : plain);
  const dialect = dialects.find((candidate) => candidate.owns(issues(candidate)[0]));
  if (dialect === undefined) return undefined;
  const work = newWork();
  const fields: FieldError[] = [];
  for (const issue of issues(dialect)) {
    if (fields.length >= maxFieldErrors) break;
    const found: readonly (FieldError | undefined)[] = dialect.fields(issue, part, work); // a library's list may have holes
    for (const field of found) if (fields.length < maxFieldErrors) fields.push(field ?? fieldAt(part, [], ""));
  }
  return fields;
}

/** Reads Standard Schema and the like, { message, path: (key | { key })[] }: zod, arktype, effect; joi; valibot, which may have no path. */
export const standard: Dialect = {
  owns: (issue) => standardIssue.owns(issue) && (read(issue, "path") ?? readText(issue, "kind")) !== undefined,
  fields: (issue, part, work) =>
    innerIssues(issue, [], maxIssueDepth, work).map(({ path, detail }) => fieldAt(part, path, detail)),
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
    return [fieldAt(part, key === undefined ? path : [...path, key], detail)];
  },
};

/** Reads yup's errors, which are their own issues. The path is a text. */
export const yup: Dialect = {
  ofErrors: true,
  owns: (issue) => Array.isArray(read(issue, "inner")) && Array.isArray(read(issue, "errors")),
  fields: (issue, _part, { search }) => {
    const path = keysOfPath(readText(issue, "path") ?? "");
    const values = [read(issue, "value"), read(issue, "params", "originalValue")];
    return [fieldAt("body", path, redactValues(read(issue, "message"), values, search))];
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
    return (parts.length === 0 ? [issue] : parts).map((field) => {
      const detail = redactValues(read(field, "msg") ?? read(issue, "msg"), [read(field, "value")], search);
      return fieldAt(readText(field, "location") ?? "", keysOfPath(readText(field, "path") ?? ""), detail);
    });
  },
};

/** Reads express-openapi-validator's issues. The path begins with the part. Nobody chose a failing deserialiser's message. */
export const openApi: Dialect = {
  owns: (issue) => readText(issue, "path") !== undefined && readText(issue, "message") !== undefined,
  fields: (issue, _part, { search }) => {
    const [part = "", ...path] = keysOfPointer(readText(issue, "path") ?? "");
    const foreign = readText(issue, "errorCode") === "serdes.openapi.validation";
    return [fieldAt(part, path, foreign ? "" : redactValues(read(issue, "message"), [], search))];
  },
};

function constraintErrors(issue: unknown, base: readonly unknown[], levels: number, work: Work): readonly FieldError[] {
  const path = [...base, ...[read(issue, "property")].filter((key) => key !== undefined)];
  const value = [read(issue, "value")];
  const messages = membersOf(read(issue, "constraints"), maxFieldErrors);
  const own = messages.map((message) => fieldAt("body", path, redactValues(message, value, work.search)));
  const children = expandNested(firstOfList(read(issue, "children")), levels, work, (child) =>
    constraintErrors(child, path, levels - 1, work),
  );
  return [...own, ...children].slice(0, maxFieldErrors);
}
