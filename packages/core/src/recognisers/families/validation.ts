import type { FieldError, Finding } from "../../problem/finding.js";
import { maxRevalidatedValues } from "../../util/limits.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { exposedMembers } from "../exposed-members.js";
import { certainFaultInMessage } from "../fault-in-message.js";
import { membersOf } from "../redact-values.js";
import type { Context, Family, Rule } from "../rule.js";
import { looksLikeError } from "./issue-lists.js";
import {
  ajv,
  classValidator,
  expressValidator,
  invalidFields,
  openApi,
  standard,
  standardIssue,
  superstructFailure,
  yup,
  type Dialect,
} from "./validation-dialects.js";

/** Recognises what validation libraries throw. Their list of fields is for the client, and says all that their message says. */
export const validation: Family = {
  marks: {
    issues: standardSchema,
    isJoi: listInMember("details", standard),
    errors: errorWithList,
    validation: fastifyFinding,
    failures: superstructFinding,
  },
  names: {
    ValidationError: yupOrClassValidator,
    ZodValidationError: listInMember("details", standard), // zod-validation-error
    "Validation Error": listInMember("errors", superstructFailure), // jsonschema
    TraversalError: listInMember("arkErrors", standard), // arktype
    // class-validator rejects with a bare list; some users of ajv `throw validate.errors`.
    Array: (list, context) => invalidRequest(list, context, invalidFields(list, [classValidator, ajv])),
    // express-openapi-validator's names. Those that are not here have nothing to say but their status.
    "Bad Request": listInMember("errors", openApi),
    "Method Not Allowed": (error) =>
      readStatus(error, "status") === 405 ? { status: 405, headers: { Allow: read(error, "headers", "Allow") } } : undefined,
    // It makes a 401 of any error that a security handler throws without a status, and keeps only the message.
    Unauthorized: (error) => certainFaultInMessage(readText(error, "message") ?? ""),
  },
};

function listInMember(member: string, ...dialects: readonly Dialect[]): Rule {
  return (error, context) => invalidRequest(error, context, invalidFields(read(error, member), dialects));
}

/** Recognises zod, valibot, arktype and any Standard Schema. Other errors may have issues of their own: theirs must have the full form. */
function standardSchema(error: object, context: Context): Finding | undefined {
  const isOtherError = looksLikeError(error) && readText(error, "name") !== "SchemaError";
  return invalidRequest(error, context, invalidFields(read(error, "issues"), [isOtherError ? standard : standardIssue]));
}

/**
 * Recognises ajv's ValidationError, express-validator's Result#throw(), and an author's own error that carries such a list on
 * purpose. Feathers copies the list of any error.
 */
function errorWithList(error: object, context: Context): Finding | undefined {
  if (read(error, "type") === "FeathersError") return undefined;
  const found = invalidRequest(error, context, invalidFields(read(error, "errors"), [ajv, expressValidator, classValidator]));
  return found?.errors && read(error, "expose") === true
    ? { ...found, detail: readText(error, "message"), ...exposedMembers(error), isChecked: false }
    : found;
}

/** Recognises Fastify's convention: ajv's list, and the part of the request that it is about. */
function fastifyFinding(error: object, context: Context): Finding | undefined {
  return invalidRequest(error, context, invalidFields(read(error, "validation"), [ajv], readText(error, "validationContext")));
}

/**
 * Recognises superstruct's errors. It stops at the first failure and finds all others when asked, at once, so it is asked only
 * for a small value. An author's check may throw then.
 */
function superstructFinding(error: object, context: Context): Finding | undefined {
  const [failures, root] = [read(error, "failures"), read(error, "branch", 0)];
  if (typeof failures !== "function" || !Array.isArray(read(error, "path"))) return undefined;
  let list: unknown = [error];
  try {
    if (isSmall(root)) list = failures();
  } catch {}
  return invalidRequest(error, context, invalidFields(list, [superstructFailure]));
}

/**
 * Recognises yup's errors: one per field inside its own, or none when it stopped at the first. A single class-validator error has
 * the same name.
 */
function yupOrClassValidator(error: object, context: Context): Finding | undefined {
  const inner = read(error, "inner");
  return invalidRequest(
    error,
    context,
    invalidFields(Array.isArray(inner) && inner.length > 0 ? inner : [error], [yup, classValidator]),
  );
}

/**
 * Makes the finding of invalid fields, whose texts are clean, and which are no more than are read. The error's own status, or the known
 * origin of the data, says whose fault it is: a reply that is not valid is not the client's fault, and its fields are not shown. Otherwise
 * the request was not valid.
 */
export function invalidRequest(
  error: object,
  { origin }: Context,
  errors: readonly FieldError[] | undefined,
): Finding | undefined {
  if (errors === undefined) return undefined;
  const own = readStatus(error, "status") ?? readStatus(error, "statusCode");
  const status = own ?? (origin === "upstream" ? 502 : origin === "datastore" ? 500 : 400);
  return status < 500 ? { status, errors, isChecked: true } : { status };
}

function isSmall(root: unknown): boolean {
  const found = [root];
  for (let next = 0; next < found.length && found.length <= maxRevalidatedValues; next++) {
    found.push(...membersOf(found[next], maxRevalidatedValues + 1));
  }
  return found.length <= maxRevalidatedValues;
}
