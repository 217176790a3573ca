import { fieldAt } from "../../problem/field-place.js";
import type { FieldError, Finding } from "../../problem/finding.js";
import { maxFieldErrors, maxReadPathKeys } from "../../util/limits.js";
import { firstEntries, read, readText } from "../../util/safe-read.js";
import { clean } from "../../util/sanitize.js";
import type { Context, Family, Rule } from "../rule.js";
import {
  asRules,
  conflict,
  datastoreUnavailable,
  databaseDrivers,
  findingsByKey,
  outageFinding,
  queryTimeout,
  sqlStateFinding,
} from "./database-drivers.js";
import { fillOwnText, ownTexts, type Reason } from "../../problem/own-texts.js";

const invalidRecord: Finding = { status: 400 };
const recordNotFound: Finding = { status: 404 };

/** Maps classes of ORM errors to a finding. */
const ormClasses = findingsByKey([
  [recordNotFound, ["EntityNotFoundError"]], // TypeORM, findOneOrFail
  [recordNotFound, ["SequelizeEmptyResultError"]], // rejectOnEmpty
  [recordNotFound, ["DocumentNotFoundError"]], // Mongoose, orFail
  [conflict, ["SequelizeUniqueConstraintError", "SequelizeForeignKeyConstraintError", "SequelizeExclusionConstraintError"]],
  // The version that was checked is no longer the stored one: reading again resolves that, sending again does not.
  [conflict, ["OptimisticLockVersionMismatchError", "SequelizeOptimisticLockError", "VersionError"]],
  [datastoreUnavailable, ["SequelizeConnectionRefusedError", "SequelizeHostNotFoundError", "SequelizeHostNotReachableError"]],
  [datastoreUnavailable, ["SequelizeConnectionAcquireTimeoutError", "MongooseServerSelectionError"]],
  [datastoreUnavailable, ["SequelizeTimeoutError"]], // SQLite is locked
  [queryTimeout, ["SequelizeConnectionTimedOutError"]],
]);

/** Maps Prisma's own codes to a finding (its error reference, P1xxx connection and P2xxx query). The ...OrThrow methods throw P2025. */
const prismaCodes = findingsByKey([
  [recordNotFound, ["P2001", "P2015", "P2018", "P2025"]],
  [conflict, ["P2002", "P2003", "P2014"]], // unique, foreign key, required relation
  [datastoreUnavailable, ["P2034"]], // write conflict or deadlock
  [datastoreUnavailable, ["P1001", "P1017", "P2024", "P2037"]], // unreachable, closed, pool full, server full
  [queryTimeout, ["P1002", "P1008"]],
]);

/** Recognises the errors of ORMs, and those of the database drivers that they wrap. */
export const orms: Family = {
  ...databaseDrivers,
  names: {
    ...databaseDrivers.names,
    ...asRules(ormClasses),
    QueryFailedError: findingOfMember("driverError"), // TypeORM
    SequelizeDatabaseError: findingOfMember("parent"),
    SequelizeConnectionError: findingOfMember("parent"),
    SequelizeValidationError: sequelizeValidation,
    AggregateError: bulkCreateFinding,
    DrizzleQueryError: findingOfMember("cause"),
    KnexTimeoutError: (error) => (read(error, "timeout") === undefined ? datastoreUnavailable : queryTimeout), // the pool is full, else a query's own timeout
    PrismaClientKnownRequestError: (error) =>
      prismaCodes.get(read(error, "code")) ?? sqlStateFinding(read(error, "meta", "code")),
    PrismaClientInitializationError: (error) => prismaCodes.get(read(error, "errorCode")),
    ValidationError: mongooseValidation,
    CastError: (error) => (readText(error, "kind") && readText(error, "path") ? invalidRecord : undefined),
    MongooseError: (error) =>
      readText(error, "message")?.includes(" buffering timed out after ") ? datastoreUnavailable : undefined,
  },
};

/** Uses the status of the error that an ORM wrapped. Only there is a refused connection known to be a datastore's. */
function findingOfMember(member: string): Rule {
  return (error, context) => wrappedFinding(read(error, member), context);
}

function wrappedFinding(inner: unknown, context: Context): Finding | undefined {
  const found = outageFinding(inner) ?? context.recognise(inner);
  return found && { status: found.status };
}

/** Recognises Sequelize's bulkCreate. It does not say which record failed, so no field is named. */
function bulkCreateFinding(error: object, context: Context): Finding | undefined {
  const first = read(error, "errors", 0);
  return readText(first, "name") === "SequelizeBulkRecordError" ? wrappedFinding(read(first, "errors"), context) : undefined;
}

/** Reads Sequelize's list of flaws, each with its path. */
function sequelizeValidation(error: object): Finding {
  const errors = read(error, "errors");
  return {
    ...invalidRecord,
    errors: Array.isArray(errors) ? errors.slice(0, maxFieldErrors).map((flaw) => fieldError(readText(flaw, "path"), flaw)) : [],
  };
}

/** Reads Mongoose's map of flaws by path (a nested field knows only its last part). A nested document is listed besides its fields. */
function mongooseValidation(error: object): Finding | undefined {
  const errors = read(error, "errors");
  if (readText(error, "_message") === undefined || typeof errors !== "object" || errors === null) return undefined;
  const fields = firstEntries(errors, maxFieldErrors).filter(([, flaw]) => readText(flaw, "name") !== "ValidationError");
  return { ...invalidRecord, errors: fields.map(([path, flaw]) => fieldError(path, flaw)) };
}

function fieldError(path: string | undefined, flaw: unknown): FieldError {
  return fieldAt("body", path?.split(".", maxReadPathKeys) ?? [], describeFlaw(flaw));
}

/**
 * Describes a flaw by Mongoose's `kind` or Sequelize's `validatorKey`. Their messages are never used: Mongoose's quotes the value, often cut
 * short, and both repeat what a validator of the user's own threw.
 */
const flawReasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ["required", "required"],
  ["is_null", "required"],
  ["notEmpty", "empty"],
  ["enum", "other-value"],
  ["isIn", "other-value"],
  ["min", "too-small"],
  ["max", "too-large"],
  ["minlength", "too-short"],
  ["maxlength", "too-long"],
  ["len", "other-length"],
  ["regexp", "other-format"],
  ["is", "other-format"],
  ["not_a_string", "not-a-string"],
  ["isEmail", "not-an-email-address"],
  ["isUrl", "not-a-url"],
  ["isUUID", "not-a-uuid"],
  ["isInt", "not-an-integer"],
  ["isNumeric", "not-a-number"],
  ["isDate", "not-a-date"],
]);

function describeFlaw(flaw: unknown): string {
  const kind = readText(flaw, "kind") ?? readText(flaw, "validatorKey") ?? "";
  if (readText(flaw, "name") === "CastError") return clean(fillOwnText("other-type", { kind }));
  const reason = flawReasons.get(kind) ?? "not-valid";
  if (!ownTexts[reason].includes("{")) return ownTexts[reason];
  const limit = read(flaw, "properties", kind) ?? read(flaw, "validatorArgs", 0);
  return typeof limit === "number" ? fillOwnText(reason, { limit }) : ownTexts["not-valid"];
}
