import type { CatalogueRow } from "../contract/catalogue-row.js";
import type { Contract } from "../contract/contract.js";
import { rfc9110 } from "../contract/rfc9110.js";
import { memberNames } from "../problem/catalogue-members.js";
import { messageArguments } from "../problem/message-arguments.js";
import { parseMessage } from "../problem/message-format.js";
import { ownTexts, type Reason } from "../problem/own-texts.js";
import { isRecord } from "../util/safe-read.js";
import { clean, cleanCode } from "../util/sanitize.js";

/**
 * Describes the texts of one problem in one language. Either may be missing: then that text stays as it is.
 * @example
 * const row: TextRow = { title: "Épuisé", detail: "Il reste {left} {sku}." };
 * app.use(fgErrors({ texts: { fr: { "SHOP.OUT_OF_STOCK": row } } }));
 */
export interface TextRow {
  /** Title, without placeholders. */
  readonly title?: string;
  /** Detail. `{name}` is a member of the problem. */
  readonly detail?: string;
}

/**
 * Maps statuses, codes and reasons to texts of one language; a text alone is a detail.
 * @example
 * const fr: LanguageTexts = { 404: "Rien ici.", "SHOP.OUT_OF_STOCK": { title: "Épuisé", detail: "Il reste {left} {sku}." } };
 * app.use(fgErrors({ texts: { fr } }));
 */
export type LanguageTexts = Readonly<Record<string, string | TextRow>>;

/**
 * Maps language tags (RFC 5646) to the texts of that language.
 * @example
 * const texts: Texts = { "zh-CN": zhCN, fr: { 404: "Rien ici." } };
 * app.use(fgErrors({ texts }));
 */
export type Texts = Readonly<Record<string, LanguageTexts>>;

/**
 * Formats a text that has more in it than names. It returns a text: anything else counts as a failure.
 * @example const formatText: FormatText = (message, values, language) => new IntlMessageFormat(message, language).format(values);
 */
export type FormatText = (message: string, values: Record<string, TextValue>, language: string) => unknown;

/**
 * Describes a member that a text may name. A date of a catalogue's row is a Date for a formatter.
 * @example
 * const write = (value: TextValue | undefined) => (value instanceof Date ? value.toISOString() : String(value));
 * const formatText: FormatText = (message, values) => message.replace("{until}", write(values["until"]));
 */
export type TextValue = string | number | bigint | boolean | Date;

/** Describes a text that was checked. */
export interface CheckedText {
  readonly message: string;
  /** Members of the problem that it needs. */
  readonly names: readonly string[];
  /** Names among them that are dates of a catalogue's row. */
  readonly dates: readonly string[];
  /** Fills in the names; absent where the application's own formatter does. */
  readonly format?: (values: Readonly<Record<string, TextValue>>) => string;
}

/** Describes a row that was checked. */
interface CheckedRow {
  readonly title?: string | undefined;
  readonly detail?: CheckedText | undefined;
}

/** Contains the rows of one language, by what they belong to. */
export interface CheckedTexts {
  readonly statuses: ReadonlyMap<number, CheckedRow>;
  readonly codes: ReadonlyMap<string, CheckedRow>;
  readonly reasons: ReadonlyMap<string, CheckedRow>;
}

/** Describes the contract that texts are checked against, and how they are formatted. */
interface TextRules {
  readonly contract: Contract;
  readonly service: string;
  /** Whether the application formats texts with placeholders itself. */
  readonly hasFormatter: boolean;
}

/**
 * Checks the rows of a language against the contract.
 * @param reject throws the TypeError for what is wrong, a sentence about `texts`
 */
export function checkTexts(rows: LanguageTexts, rules: TextRules, reject: (what: string) => never): CheckedTexts {
  const tables = {
    statuses: new Map<number, CheckedRow>(),
    codes: new Map<string, CheckedRow>(),
    reasons: new Map<string, CheckedRow>(),
  };
  const { contract, service, hasFormatter } = rules;
  const catalogue = new Map(Object.values(contract.problems ?? {}).map((row) => [row.code, row]));
  for (const [key, row] of Object.entries(rows)) {
    const catalogued = catalogue.get(key);
    const status = statusOfKey(key, service);
    const checked = (names: Names) => checkRow(row, names, hasFormatter, (what) => reject(`${key} ${what}`));
    if (catalogued) tables.codes.set(key, checked(namesOfRow(catalogued)));
    else if (isKnownStatus(status, contract)) tables.statuses.set(status, checked(noNames));
    else if (Object.hasOwn(ownTexts, key)) tables.reasons.set(key, checked(namesOfReason(key as Reason)));
    else if (status === undefined && mayBeCode(key, contract)) tables.codes.set(key, checked(anyNames));
    else reject(unknownKey(key, rules));
  }
  return tables;
}

/** Reads the status of a key such as "404" or "FSS.0404"; undefined for any other key. */
function statusOfKey(key: string, service: string): number | undefined {
  const generic = `${service}.0`;
  const digits = key.startsWith(generic) ? key.slice(generic.length) : key;
  return /^\d+$/.test(digits) && (digits === key || digits.length === 3) ? Number(digits) : undefined;
}

/** Whether a status may be a key: one of the contract, or one that other contracts document, so that they can share a table. */
function isKnownStatus(status: number | undefined, { statuses }: Contract): status is number {
  return status !== undefined && status >= 400 && (Object.hasOwn(statuses, status) || Object.hasOwn(rfc9110.statuses, status));
}

/** Whether a key may be a code that the application's own errors have. A contract with a catalogue lists them. */
function mayBeCode(key: string, { problems }: Contract): boolean {
  const isLikeReason = /^[a-z\d]+(?:-[a-z\d]+)*$/.test(key);
  return problems === undefined && !isLikeReason && cleanCode(key) !== undefined;
}

function unknownKey(key: string, { contract, service }: TextRules): string {
  const codes = Object.values(contract.problems ?? {}).map(({ code }) => code);
  const known = codes.length > 0 ? `the codes ${codes.join(", ")}` : `codes such as ${service}.0404`;
  return `has "${key}", which is no status, code or reason of "${contract.name}"; there are ${known}`;
}

/** Lists the members that a text may name, and which of them are dates. */
interface Names {
  /** Whether nobody knows which members there are. */
  readonly any: boolean;
  readonly names: readonly string[];
  readonly dates: readonly string[];
}

const noNames: Names = { any: false, names: [], dates: [] };
const anyNames: Names = { ...noNames, any: true };

function namesOfRow({ placeholders, members }: CatalogueRow): Names {
  const listed = members && memberNames(members);
  const dates = Object.keys(placeholders).filter((name) => placeholders[name] === "date");
  return { any: members !== undefined && !listed, names: [...Object.keys(placeholders), ...(listed ?? [])], dates };
}

function namesOfReason(reason: Reason): Names {
  return { ...noNames, names: Object.keys(parseMessage(ownTexts[reason]).placeholders) };
}

function checkRow(row: unknown, names: Names, hasFormatter: boolean, reject: (what: string) => never): CheckedRow {
  if (typeof row === "string") return { detail: checkMessage(row, names, hasFormatter, reject) };
  if (!isRecord(row) || Array.isArray(row)) return reject("takes a text, or { title, detail }");
  const { title, detail, ...others } = row as TextRow;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) reject(`has "${unknown}"; it takes a text, or { title, detail }`);
  if (title !== undefined) checkMessage(title, noNames, false, (what) => reject(`has a title that ${what}`));
  return { title, detail: detail === undefined ? undefined : checkMessage(detail, names, hasFormatter, reject) };
}

function checkMessage(message: unknown, known: Names, hasFormatter: boolean, reject: (what: string) => never): CheckedText {
  if (typeof message !== "string" || message === "" || clean(message) !== message)
    return reject("takes texts of at most 1000 characters, without control characters and blanks around them");
  try {
    const formats = hasFormatter && message.includes("{");
    const parsed = formats ? undefined : parseMessage(message);
    const names = parsed ? Object.keys(parsed.placeholders) : messageArguments(message);
    const foreign = names.find((name) => !known.any && !known.names.includes(name));
    if (foreign !== undefined) reject(`names {${foreign}}, which it does not have`);
    const dates = known.dates.filter((name) => names.includes(name));
    return { message, names, dates, ...(parsed && { format: parsed.format }) };
  } catch (error) {
    if (error instanceof SyntaxError) return reject(error.message);
    throw error;
  }
}
