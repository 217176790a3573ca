import type { CatalogueRow, DomainError, Retry, StandardSchema } from "../contract/catalogue-row.js";
import { foldStatus, type Contract } from "../contract/contract.js";
import { isExposableHeader } from "../http/header-fields.js";
import { clean, cleanCode, cleanType } from "../util/sanitize.js";
import { memberNames } from "./catalogue-members.js";
import { parseMessage } from "./message-format.js";
import { reservedMembers } from "./extensions.js";

/**
 * Describes one problem of a catalogue: one kind of failure.
 * @example const outOfStock: ProblemRow = { status: 409, title: "Out of stock", detail: "Only {left, number} of {sku} are left." };
 */
export interface ProblemRow<Detail extends string = string, Schema extends StandardSchema = StandardSchema> {
  /** An error status of the contract: `extendContract()` adds others. */
  readonly status: number;
  /** Short summary of the problem, the same each time. */
  readonly title: string;
  /**
   * Text for the client. Each placeholder is a member of the body as well: `{sku}` a string, `{left, number}` a number,
   * `{until, date}` a date. It is the simple part of ICU MessageFormat.
   */
  readonly detail: Detail;
  /** Sent as `error_code`: 1 to 64 letters, digits and `._:-`. Default `<service>.<KEY>`. */
  readonly code?: string;
  /** URI of the problem: constant, with the scheme https, tag or urn. Default: `types` and the key in kebab case. */
  readonly type?: string;
  /**
   * Whether a client may send the same request again: "never", "idempotent" (if its method is idempotent, RFC 9110 section 9.2.2)
   * or "always" (the request had no effect). Default: "always" for 503, "idempotent" for 408, 502 and 504, else "never".
   */
  readonly retry?: Retry;
  /** Seconds, sent as Retry-After. */
  readonly retryAfter?: number;
  /** Whether no operator needs a report, though it is a 5xx. Default false. */
  readonly routine?: boolean;
  /** Header fields of the response: valid names and values, none that frames the message or describes its content. */
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Schema of further members of the body: any Standard Schema that validates without waiting. */
  readonly members?: Schema;
  /** Meaning of the problem and what to do about it, in Markdown, for the page behind `type`. */
  readonly docs?: string;
  /** What replaces the problem, which will be removed. */
  readonly deprecated?: string;
  /** Team that answers questions about it. */
  readonly owner?: string;
  /** Version of the service that had it first. */
  readonly since?: string;
  /** Errors of the domain that mean this problem: a class, a `name` or `code`, a predicate, or an array of them. */
  readonly from?: DomainError | readonly DomainError[];
}

/**
 * Checks a row and fills in its defaults.
 * @throws TypeError naming the row, the member and what it takes
 */
export function resolveRow(key: string, row: ProblemRow, base: Contract, service: string, types: string): CatalogueRow {
  const rejectMember = (member: string, takes: string): never => {
    throw new TypeError(`defineContract: ${key}.${member} ${takes}`);
  };
  if (!/^[A-Za-z]\w*$/.test(key))
    throw new TypeError(`defineContract: the key "${key}" takes a letter, then letters, digits and "_"`);
  if (typeof row !== "object" || row === null) throw new TypeError(`defineContract: ${key} takes an object`);
  for (const [member, value] of Object.entries(row)) {
    const check = Object.hasOwn(rowChecks, member) ? rowChecks[member as keyof ProblemRow] : undefined;
    if (!check) rejectMember(member, `is unknown; a row has ${Object.keys(rowChecks).join(", ")}`);
    else if (value !== undefined && !check.valid(value)) rejectMember(member, `takes ${check.takes}`);
  }
  for (const member of ["status", "title", "detail"] as const) if (row[member] === undefined) rejectMember(member, "is missing");
  checkStatus(row.status, base, (takes) => rejectMember("status", takes));
  const { status, members, from, code = `${service}.${upperSnake(key)}`, type = types + kebab(key) } = row;
  if (!cleanCode(code)) rejectMember("code", `is ${code}; it takes 1 to 64 letters, digits and ._:-`);
  if (genericCode.test(code)) rejectMember("code", `is ${code}, which is the form of a status's generic code`);
  const placeholders = placeholdersOf(row.detail, (takes) => rejectMember("detail", takes));
  if (members && from !== undefined && !memberNames(members))
    rejectMember("members", "takes a schema that lists its members (Standard JSON Schema), since `from` reads them off an error");
  return { ...row, key, code, type, retry: row.retry ?? defaultRetries.get(status) ?? "never", placeholders };
}

/** Gives the header fields of a row's responses, Retry-After among them. */
export function fieldsOf({ headers, retryAfter }: CatalogueRow): CatalogueRow["headers"] {
  return retryAfter === undefined ? headers : { "retry-after": retryAfter, ...headers };
}

interface Check {
  readonly takes: string;
  readonly valid: (value: unknown) => boolean;
}

const text: Check = {
  takes: "a text of at most 1000 characters, without control characters",
  valid: (value) => typeof value === "string" && value !== "" && clean(value) === value,
};
const prose: Check = { takes: "a text", valid: (value) => typeof value === "string" && value !== "" };

const rowChecks: Readonly<Record<keyof ProblemRow, Check>> = {
  status: { takes: "an error status, 400 to 599", valid: (value) => Number.isInteger(value) && +value! >= 400 && +value! <= 599 },
  title: text,
  detail: text,
  code: { takes: "1 to 64 letters, digits and ._:-", valid: (value) => cleanCode(value) !== undefined },
  type: { takes: "a constant URI with the scheme https, tag or urn", valid: isTypeUri },
  retry: {
    takes: '"never", "idempotent" or "always"',
    valid: (value) => ["never", "idempotent", "always"].includes(value as string),
  },
  retryAfter: { takes: "seconds, an integer from 0", valid: (value) => Number.isSafeInteger(value) && Number(value) >= 0 },
  routine: { takes: "a boolean", valid: (value) => typeof value === "boolean" },
  headers: { takes: "header fields that may be set: no framing field, none that describes content", valid: areHeaders },
  members: { takes: "a Standard Schema", valid: isSchema },
  docs: prose,
  deprecated: prose,
  owner: prose,
  since: prose,
  from: {
    takes: "a class, a name or code, a predicate, or an array of them",
    valid: (value) => [value].flat().every(isDomainError),
  },
};

/** Whether a text is a constant URI that can name a kind of problem. */
export function isTypeUri(value: unknown): boolean {
  return cleanType(value) === value && /^(https|tag|urn):/.test(String(value));
}

function areHeaders(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, field]) => isExposableHeader(name, field));
}

function isSchema(value: unknown): boolean {
  return typeof (value as Partial<StandardSchema> | null)?.["~standard"]?.validate === "function";
}

function isDomainError(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "string" && value !== "");
}

/** Says where the status would be folded to: a row that left with another status would be a trap. */
function checkStatus(status: number, base: Contract, rejectMember: (takes: string) => never): void {
  if (Object.hasOwn(base.statuses, status)) return;
  const documented = Object.keys(base.statuses).filter((other) => Number(other) >= 400);
  rejectMember(
    `is ${status}, which "${base.name}" does not document: it would leave as ${foldStatus(base, status)}. ` +
      `It takes ${documented.join(", ")}; extendContract() adds others`,
  );
}

function placeholdersOf(detail: string, rejectMember: (takes: string) => never): CatalogueRow["placeholders"] {
  try {
    const { placeholders } = parseMessage(detail);
    for (const name of Object.keys(placeholders)) {
      if (!/^[A-Za-z]\w*$/.test(name))
        rejectMember(`has the placeholder {${name}}; a name takes a letter, then letters, digits and "_"`);
      if (reservedMembers.includes(name)) rejectMember(`has the placeholder {${name}}, which is a standard member of the body`);
    }
    return placeholders;
  } catch (error) {
    if (error instanceof SyntaxError) return rejectMember(error.message);
    throw error;
  }
}

/** Matches the generic code of a status, such as FSS.0404. */
const genericCode = /^[A-Z][A-Z0-9]*\.0[1-5]\d\d$/;

const defaultRetries: ReadonlyMap<number, Retry> = new Map([
  [408, "idempotent"],
  [502, "idempotent"],
  [503, "always"],
  [504, "idempotent"],
]);

const words = (key: string) =>
  key
    .replace(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3_$2")
    .split(/_+/)
    .filter(Boolean);
const upperSnake = (key: string) => words(key).join("_").toUpperCase();
const kebab = (key: string) => words(key).join("-").toLowerCase();
