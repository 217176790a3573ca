import { ownTexts } from "../../problem/own-texts.js";
import { maxFieldErrors } from "../../util/limits.js";
import { mayHaveMembers, read } from "../../util/safe-read.js";
import { redactValues } from "../redact-values.js";
import { expandNested, firstOfList, mergeLists, type Work } from "./issue-lists.js";

/** Names the members of an issue that are read, whichever library wrote it. */
const issueMembers = [
  "path",
  "errors",
  "unionErrors",
  "issues",
  "keys",
  "message",
  "code",
  "received",
  "context",
  "nodeConfig",
  "input",
  "data",
  "value",
] as const;

type Issue = Readonly<Partial<Record<(typeof issueMembers)[number], unknown>>>;

/** Reads the members of an issue at once; one by one where reading one throws, which costs that one only. */
function readIssue(issue: unknown): Issue {
  if (!mayHaveMembers(issue)) return {};
  try {
    const { path, errors, unionErrors, issues, keys, message, code, received, context, nodeConfig, input, data, value }: Issue =
      issue;
    return { path, errors, unionErrors, issues, keys, message, code, received, context, nodeConfig, input, data, value };
  } catch {
    return Object.fromEntries(issueMembers.map((name) => [name, read(issue, name)]));
  }
}

interface InnerIssue {
  readonly path: readonly unknown[];
  readonly detail: string;
}

/** Reduces an issue to its innermost ones. In a union those count that got beyond it: the value was meant as one of them. */
export function innerIssues(thrown: unknown, base: readonly unknown[], levels: number, work: Work): readonly InnerIssue[] {
  const issue = readIssue(thrown);
  const own = firstOfList(issue.path);
  const path = base.length === 0 ? own : base.concat(own).slice(0, maxFieldErrors);
  const nested = alternatives(issue, path, levels, work);
  if (nested.length > 0) {
    const beyond = nested.filter((leaf) => leaf.path.length > path.length);
    return beyond.length > 0 ? beyond : nested;
  }
  const unknown = firstOfList(issue.keys);
  if (unknown.length === 0) return [{ path, detail: issueDetail(issue, work) }];
  const listed = unknown.slice(0, Math.max(1, work.steps));
  work.steps -= listed.length;
  return listed.map((key) => ({ path: [...path, key], detail: ownTexts["unknown-member"] }));
}

const none: readonly InnerIssue[] = [];

/** Follows a union. zod 3 and arktype write the paths of its issues in full, zod 4 (a list for each) and valibot from it on. */
function alternatives(issue: Issue, path: readonly unknown[], levels: number, work: Work): readonly InnerIssue[] {
  if (issue.errors === undefined && issue.unionErrors === undefined && issue.issues === undefined) return none; // most issues are no union
  const [errors, unions, issues] = [firstOfList(issue.errors), firstOfList(issue.unionErrors), firstOfList(issue.issues)];
  if (errors.length + unions.length + issues.length === 0) return none;
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
function issueDetail(issue: Issue, { search }: Work): string {
  const { message, code, received, context, nodeConfig, input, data, value } = issue;
  if (read(context, "error") !== undefined) return "";
  const literal = receivedCodes.has(code) ? received : undefined;
  // arktype's `input` is the source of the issue, not its value.
  const source = nodeConfig === undefined ? input : undefined;
  return redactValues(message, [literal, source, data, value, read(context, "value")], search);
}

/** Lists the codes with which zod 3's `received` is the value itself, else its type. */
const receivedCodes: ReadonlySet<unknown> = new Set(["invalid_enum_value", "invalid_literal"]);
