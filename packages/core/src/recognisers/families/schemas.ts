import { fieldAt, keysOfPath, keysOfPointer } from "../../problem/field-place.js";
import type { FieldError, Finding } from "../../problem/finding.js";
import { maxFieldErrors, maxIssueDepth, maxNestedIssues } from "../../util/limits.js";
import { firstEntries, isRecord, read, readText } from "../../util/safe-read.js";
import { newSearch, redactValues } from "../redact-values.js";
import type { Family } from "../rule.js";
import { groupedFields, fieldsOfIssues, owFields } from "./field-messages.js";
import { ajv, invalidFields, standard } from "./validation-dialects.js";
import { invalidRequest } from "./validation.js";
import { ownTexts } from "../../problem/own-texts.js";

/** Recognises errors of schema libraries that have no list of issues: one issue, a tree, a map by the part of the request. */
export const schemas: Family = {
  names: {
    AssertError: typeBoxFinding,
    ParseError: (error, context) => typeBoxFinding(error, context) ?? effectFinding(error, context),
    TransformDecodeCheckError: typeBoxFinding,
    SchemaError: effectFinding, // effect 4
    ValidationError: (error, context) => invalidRequest(error, context, runtypesFields(read(error, "failure"))),
    TypeGuardError: (error, context) => invalidRequest(error, context, typiaFields(error)),
    CelebrateError: (error, context) => invalidRequest(error, context, celebrateFields(read(error, "details"))),
    ArgumentError: (error, context) => invalidRequest(error, context, owFields(read(error, "validationErrors"))),
    // io-ts, fastest-validator and validate.js have no error: their users throw what these return.
    Array: (list, context) =>
      invalidRequest(list, context, ioTsFields(list as readonly unknown[]) ?? fieldsOfIssues(list as readonly unknown[])),
    Object: (object, context) => invalidRequest(object, context, groupedFields(object)),
  },
  codes: { E_VALIDATION_ERROR: (error, context) => invalidRequest(error, context, vineFields(read(error, "messages"))) },
};

/** Recognises TypeBox's errors: from version 1 on with a list like ajv's in the cause, before with the first issue. */
function typeBoxFinding(error: object, context: Parameters<typeof invalidRequest>[1]): Finding | undefined {
  const issue = read(error, "error");
  const path = readText(issue, "path");
  if (path === undefined || read(issue, "schema") === undefined)
    return invalidRequest(error, context, invalidFields(read(error, "cause", "errors"), [ajv]));
  const detail = redactValues(read(issue, "message"), [read(issue, "value")], newSearch());
  return invalidRequest(error, context, [fieldAt("body", keysOfPointer(path), detail)]);
}

/** Recognises effect's errors, whose issue is a tree. */
function effectFinding(error: object, context: Parameters<typeof invalidRequest>[1]): Finding | undefined {
  const root = read(error, "issue");
  if (readText(root, "_tag") === undefined) return undefined;
  const found: FieldError[] = [];
  const work = { left: maxNestedIssues };
  collectLeaves(root, [], maxIssueDepth * 4, work, found);
  return invalidRequest(error, context, found);
}

function collectLeaves(
  issue: unknown,
  base: readonly unknown[],
  levels: number,
  work: { left: number },
  found: FieldError[],
): void {
  if (levels === 0 || work.left-- <= 0 || found.length >= maxFieldErrors) return;
  const own = read(issue, "path");
  const path = own === undefined ? base : [...base, ...(Array.isArray(own) ? own.slice(0, maxFieldErrors) : [own])];
  const inner = read(issue, "issues") ?? read(issue, "issue");
  if (inner === undefined) found.push(fieldAt("body", path, describeLeaf(issue)));
  else
    for (const each of Array.isArray(inner) ? inner.slice(0, maxFieldErrors) : [inner])
      collectLeaves(each, path, levels - 1, work, found);
}

/** Describes a leaf by its kind, or by the type that it expects. effect's own texts quote the value. */
const leafDescriptions: ReadonlyMap<string | undefined, string> = new Map([
  ["Missing", ownTexts.required],
  ["MissingKey", ownTexts.required],
  ["Unexpected", ownTexts["unknown-member"]],
  ["UnexpectedKey", ownTexts["unknown-member"]],
  ["BooleanKeyword", ownTexts["not-a-boolean"]],
  ["Boolean", ownTexts["not-a-boolean"]],
  ["NumberKeyword", ownTexts["not-a-number"]],
  ["Number", ownTexts["not-a-number"]],
  ["StringKeyword", ownTexts["not-a-string"]],
  ["String", ownTexts["not-a-string"]],
]);

function describeLeaf(issue: unknown): string {
  return (
    leafDescriptions.get(readText(issue, "_tag")) ?? leafDescriptions.get(readText(issue, "ast", "_tag")) ?? ownTexts["not-valid"]
  );
}

/** Lists the fields of a failure of runtypes: its details are failures by key. */
function runtypesFields(failure: unknown): readonly FieldError[] | undefined {
  if (readText(failure, "code") === undefined || readText(failure, "message") === undefined) return undefined;
  const found: FieldError[] = [];
  const work = { left: maxNestedIssues };
  const collect = (inner: unknown, path: readonly string[]) => {
    const details = read(inner, "details");
    if (work.left-- <= 0 || path.length > maxIssueDepth || found.length >= maxFieldErrors) return;
    if (!isRecord(details)) found.push(fieldAt("body", path, ""));
    else for (const [key, each] of firstEntries(details, maxFieldErrors)) collect(each, [...path, key]);
  };
  collect(failure, []);
  return found;
}

function typiaFields(error: object): readonly FieldError[] | undefined {
  const path = readText(error, "path");
  if (path === undefined || readText(error, "expected") === undefined) return undefined;
  return [fieldAt("body", keysOfPath(path.replace(/^\$input\.?/, "")), "")];
}

/** Lists the fields of celebrate's map of joi's errors by the part of the request. */
function celebrateFields(details: unknown): readonly FieldError[] | undefined {
  if (!(details instanceof Map)) return undefined;
  return [...details]
    .slice(0, maxFieldErrors)
    .flatMap(([part, failure]: readonly [unknown, unknown]) =>
      typeof part === "string" ? (invalidFields(read(failure, "details"), [standard], part) ?? []) : [],
    )
    .slice(0, maxFieldErrors);
}

function ioTsFields(list: readonly unknown[]): readonly FieldError[] | undefined {
  if (!Array.isArray(read(list[0], "context")) || read(list[0], "context", 0, "type") === undefined) return undefined;
  return Array.from(list.slice(0, maxFieldErrors), (issue) => {
    const context = read(issue, "context");
    const steps = Array.isArray(context) ? context.slice(1, maxFieldErrors) : [];
    const keys = steps.map((step) => read(step, "key")).filter((key) => key !== "");
    return fieldAt("body", keys, "");
  });
}

function vineFields(list: unknown): readonly FieldError[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const search = newSearch();
  return Array.from(list.slice(0, maxFieldErrors), (issue: unknown) =>
    fieldAt("body", keysOfPath(readText(issue, "field") ?? ""), redactValues(read(issue, "message"), [], search)),
  );
}
