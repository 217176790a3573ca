import type { FieldError, Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { faultSurelyToldBy } from "../fault-in-message.js";
import { membersOf } from "../redact-values.js";
import type { Context, Family, Rule } from "../rule.js";
import {
  ajv,
  classValidator,
  expressValidator,
  failed,
  fieldsOf,
  isError,
  openApi,
  result,
  standard,
  yup,
  type Dialect,
} from "./validation-dialects.js";

/** What validation libraries throw: their list of fields is for the client, and says all that their message says. */
export const validation: Family = {
  marks: {
    issues: standardSchema,
    isJoi: listedIn("details", standard),
    errors: thrownWith,
    validation: fastify,
    failures: superstruct,
  },
  names: {
    ValidationError: alone,
    TraversalError: listedIn("arkErrors", standard), // arktype
    // class-validator rejects with a bare list; `throw validate.errors` is seen with ajv.
    Array: (list, context) => invalid(list, context, fieldsOf(list, [classValidator, ajv])),
    // express-openapi-validator names its errors so. Those that are not here say all they have to say by their status.
    "Bad Request": listedIn("errors", openApi),
    "Method Not Allowed": (error) =>
      readStatus(error, "status") === 405 ? { status: 405, headers: { Allow: read(error, "headers", "Allow") } } : undefined,
    // It makes a 401 of whatever a security handler throws without a status, and keeps only the message.
    Unauthorized: (error) => faultSurelyToldBy(readText(error, "message") ?? ""),
  },
};

function listedIn(member: string, ...dialects: readonly Dialect[]): Rule {
  return (error, context) => invalid(error, context, fieldsOf(read(error, member), dialects));
}

/** zod, valibot, arktype, any Standard Schema. Other errors may well have issues of their own: theirs have to look the part. */
function standardSchema(error: object, context: Context): Finding | undefined {
  const strange = isError(error) && readText(error, "name") !== "SchemaError";
  return invalid(error, context, fieldsOf(read(error, "issues"), [strange ? standard : result]));
}

/**
 * ajv's ValidationError, express-validator's Result#throw(), or an author's own error that took the list along: on purpose, while
 * Feathers takes any error's.
 */
function thrownWith(error: object, context: Context): Finding | undefined {
  if (read(error, "type") === "FeathersError") return undefined;
  const found = invalid(error, context, fieldsOf(read(error, "errors"), [ajv, expressValidator, classValidator]));
  return found?.errors && read(error, "expose") === true ? { ...found, detail: readText(error, "message") } : found;
}

/** Fastify's convention: ajv's list, and which part of the request it is about. */
function fastify(error: object, context: Context): Finding | undefined {
  return invalid(error, context, fieldsOf(read(error, "validation"), [ajv], readText(error, "validationContext")));
}

/**
 * superstruct stops at the first failure and looks for all the others when asked, at once: it is asked only when there is little
 * to look at. An author's check may throw then.
 */
function superstruct(error: object, context: Context): Finding | undefined {
  const [failures, root] = [read(error, "failures"), read(error, "branch", 0)];
  if (typeof failures !== "function" || !Array.isArray(read(error, "path"))) return undefined;
  let list: unknown = [error];
  try {
    if (isSmall(root)) list = failures();
  } catch {}
  return invalid(error, context, fieldsOf(list, [failed]));
}

/** yup has one error per field inside its own, or none when it stopped at the first. */
function alone(error: object, context: Context): Finding | undefined {
  const inner = read(error, "inner");
  return invalid(error, context, fieldsOf(Array.isArray(inner) && inner.length > 0 ? inner : [error], [yup, classValidator]));
}

/**
 * Whoever gave the error a status, or knows whose data it was, has said whose fault it is: a reply that is not valid is not the
 * client's, and neither are its fields. Else it was the request.
 */
function invalid(error: object, { origin }: Context, errors: readonly FieldError[] | undefined): Finding | undefined {
  if (errors === undefined) return undefined;
  const own = readStatus(error, "status") ?? readStatus(error, "statusCode");
  const status = own ?? (origin === "upstream" ? 502 : origin === "datastore" ? 500 : 400);
  return status < 500 ? { status, errors } : { status };
}

/** Values that superstruct may be asked about again. */
const few = 1000;

function isSmall(root: unknown): boolean {
  const found = [root];
  for (let next = 0; next < found.length && found.length <= few; next++) {
    found.push(...membersOf(found[next], few + 1));
  }
  return found.length <= few;
}
