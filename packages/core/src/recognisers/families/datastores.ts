import { mostKeys, placeOf } from "../../problem/field-place.js";
import type { FieldError, Finding } from "../../problem/finding.js";
import { mostErrors } from "../../problem/problem.js";
import { firstEntries, read, readText } from "../../util/safe-read.js";
import type { Context, Family, Rule } from "../rule.js";
import { conflict, drivers, facts, late, outage, rows, stated, unavailable } from "./database-drivers.js";

const invalid: Finding = { status: 400 };
const absent: Finding = { status: 404 };

/** ORM errors whose class says it all. */
const classes = facts([
  [absent, ["EntityNotFoundError"]], // TypeORM, findOneOrFail
  [absent, ["SequelizeEmptyResultError"]], // rejectOnEmpty
  [absent, ["DocumentNotFoundError"]], // Mongoose, orFail
  [conflict, ["SequelizeUniqueConstraintError", "SequelizeForeignKeyConstraintError", "SequelizeExclusionConstraintError"]],
  // A version was checked and is not the stored one any more: reading again resolves it, sending again does not.
  [conflict, ["OptimisticLockVersionMismatchError", "SequelizeOptimisticLockError", "VersionError"]],
  [unavailable, ["SequelizeConnectionRefusedError", "SequelizeHostNotFoundError", "SequelizeHostNotReachableError"]],
  [unavailable, ["SequelizeConnectionAcquireTimeoutError", "MongooseServerSelectionError"]],
  [unavailable, ["SequelizeTimeoutError"]], // SQLite is locked
  [late, ["SequelizeConnectionTimedOutError"]],
]);

/** Prisma's own codes (its error reference, P1xxx connection and P2xxx query). P2025 is what the ...OrThrow methods throw. */
const prismaCodes = facts([
  [absent, ["P2001", "P2015", "P2018", "P2025"]],
  [conflict, ["P2002", "P2003", "P2014"]], // unique, foreign key, required relation
  [unavailable, ["P2034"]], // write conflict or deadlock
  [unavailable, ["P1001", "P1017", "P2024", "P2037"]], // unreachable, closed, pool full, server full
  [late, ["P1002", "P1008"]],
]);

/** What datastores throw: the drivers, and the mappers that wrap them. */
export const datastores: Family = {
  ...drivers,
  names: {
    ...drivers.names,
    ...rows(classes),
    QueryFailedError: wrapper("driverError"), // TypeORM
    SequelizeDatabaseError: wrapper("parent"),
    SequelizeConnectionError: wrapper("parent"),
    SequelizeValidationError: sequelizeValidation,
    AggregateError: bulk,
    DrizzleQueryError: wrapper("cause"),
    KnexTimeoutError: (error) => (read(error, "timeout") === undefined ? unavailable : late), // pool full, else a query's own
    PrismaClientKnownRequestError: (error) => prismaCodes.get(read(error, "code")) ?? stated(read(error, "meta", "code")),
    PrismaClientInitializationError: (error) => prismaCodes.get(read(error, "errorCode")),
    ValidationError: mongooseValidation,
    CastError: (error) => (readText(error, "kind") && readText(error, "path") ? invalid : undefined),
    MongooseError: (error) => (readText(error, "message")?.includes(" buffering timed out after ") ? unavailable : undefined),
  },
};

/** The status of what a mapper wrapped: only there it is known that a refused connection was a datastore's. */
function wrapper(member: string): Rule {
  return (error, context) => within(read(error, member), context);
}

function within(inner: unknown, context: Context): Finding | undefined {
  const found = outage(inner) ?? context.recognise(inner);
  return found && { status: found.status };
}

/** Sequelize's bulkCreate. It does not say which record, so there is no place to point to. */
function bulk(error: object, context: Context): Finding | undefined {
  const first = read(error, "errors", 0);
  return readText(first, "name") === "SequelizeBulkRecordError" ? within(read(first, "errors"), context) : undefined;
}

/** A list, each with its path. */
function sequelizeValidation(error: object): Finding {
  const errors = read(error, "errors");
  return {
    ...invalid,
    errors: Array.isArray(errors) ? errors.slice(0, mostErrors).map((flaw) => fieldError(readText(flaw, "path"), flaw)) : [],
  };
}

/** A map by path (a nested field knows only its last part), where a nested document is listed besides its fields. */
function mongooseValidation(error: object): Finding | undefined {
  const errors = read(error, "errors");
  if (readText(error, "_message") === undefined || typeof errors !== "object" || errors === null) return undefined;
  const fields = firstEntries(errors, mostErrors).filter(([, flaw]) => readText(flaw, "name") !== "ValidationError");
  return { ...invalid, errors: fields.map(([path, flaw]) => fieldError(path, flaw)) };
}

function fieldError(path: string | undefined, flaw: unknown): FieldError {
  return { ...placeOf("body", path?.split(".", mostKeys) ?? []), detail: describe(flaw) };
}

/**
 * What is wrong, by Mongoose's `kind` or Sequelize's `validatorKey`; a text without a full stop wants the limit.
 * Never their message: Mongoose's quotes the value, often cut short, and both repeat what a validator of the user's own threw.
 */
const descriptions: ReadonlyMap<string | undefined, string> = new Map([
  ["required", "Required."],
  ["is_null", "Required."],
  ["notEmpty", "Must not be empty."],
  ["enum", "Not one of the allowed values."],
  ["isIn", "Not one of the allowed values."],
  ["min", "Must be at least"],
  ["max", "Must be at most"],
  ["minlength", "Length must be at least"],
  ["maxlength", "Length must be at most"],
  ["len", "Not of an allowed length."],
  ["regexp", "Not in the expected format."],
  ["is", "Not in the expected format."],
  ["not_a_string", "Must be a string."],
  ["isEmail", "Must be an email address."],
  ["isUrl", "Must be a URL."],
  ["isUUID", "Must be a UUID."],
  ["isInt", "Must be an integer."],
  ["isNumeric", "Must be a number."],
  ["isDate", "Must be a date."],
]);

function describe(flaw: unknown): string {
  const kind = readText(flaw, "kind") ?? readText(flaw, "validatorKey") ?? "";
  if (readText(flaw, "name") === "CastError") return `Must be of type ${kind}.`;
  const text = descriptions.get(kind) ?? "Not valid.";
  const limit = read(flaw, "properties", kind) ?? read(flaw, "validatorArgs", 0);
  return text.endsWith(".") ? text : typeof limit === "number" ? `${text} ${limit}.` : "Not valid.";
}
