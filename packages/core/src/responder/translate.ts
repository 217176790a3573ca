import { functionGraph } from "../contract/contract.js";
import type { Problem } from "../problem/problem.js";
import { placeholderValue } from "../problem/message-format.js";
import { createReasonLookup } from "../problem/own-texts.js";
import { guardHook } from "../util/guard-hook.js";
import { isRecord, read } from "../util/safe-read.js";
import { clean } from "../util/sanitize.js";
import { createLanguageChoice, sourceLanguage } from "./choose-language.js";
import type { ResponderOptions } from "./options.js";
import type { Facts } from "./request-facts.js";
import { checkTexts, type CheckedText, type CheckedTexts, type FormatText, type Texts, type TextValue } from "./texts.js";

/** Describes a problem in a client's language. */
interface Translated {
  readonly problem: Problem;
  /** Language of its texts, for Content-Language. */
  readonly language: string;
}

/**
 * Chooses the language for a request, and gives the function that translates a problem as far as there are texts in it; that one never throws.
 * Only what a client gets is translated: operators get the texts as they are.
 */
type Translator = (headers: Facts["headers"]) => (problem: Problem) => Translated;

/**
 * Makes the translator for the option `texts`; undefined without it.
 * @param caller named in errors
 * @throws TypeError for a tag, key, text or placeholder that is wrong, and for a default language that has no texts
 */
export function createTranslator(options: ResponderOptions, caller: string): Translator | undefined {
  const { contract = functionGraph, service = contract.service ?? "FSS", texts, defaultLanguage, formatText } = options;
  const rejectOption = (name: string, what: string): never => {
    throw new TypeError(`${caller}: option "${name}" ${what}`);
  };
  const rules = { contract, service, hasFormatter: formatText !== undefined };
  const languages = languagesIn(texts ?? {}, (what) => rejectOption("texts", what));
  const checked = [...languages].map(([tag, rows]) => {
    const reject = (what: string) => rejectOption("texts", `is wrong in "${tag}": ${what}`);
    return [tag, checkTexts(rows, rules, reject)] as const;
  });
  const tables = new Map<string, CheckedTexts>(checked);
  const tags = [...tables.keys()];
  const byDefault = [sourceLanguage, ...tags].find((tag) => tag.toLowerCase() === (defaultLanguage ?? "en").toLowerCase());
  if (byDefault === undefined)
    return rejectOption("defaultLanguage", `takes a language of "texts": ${[sourceLanguage, ...tags].join(", ")}`);
  if (!texts) return undefined;

  const reasonOf = createReasonLookup();
  const formatDetail = createFormat(formatText);

  function translatedDetail(problem: Problem, table: CheckedTexts, language: string): string | undefined {
    const { code, status, detail, extensions } = problem;
    const ofCode = formatDetail(table.codes.get(code)?.detail, extensions, language);
    if (ofCode !== undefined) return ofCode;
    const isDocumented = detail === contract.statuses[status]?.description;
    const ofStatus = isDocumented ? formatDetail(table.statuses.get(status)?.detail, undefined, language) : undefined;
    return ofStatus ?? sentenceOf(detail, table, language);
  }

  /** Translates a sentence of this library; undefined for any other text. */
  function sentenceOf(text: unknown, { reasons }: CheckedTexts, language: string): string | undefined {
    const found = typeof text === "string" ? reasonOf(text) : undefined;
    return found && formatDetail(reasons.get(found.reason)?.detail, found.values, language);
  }

  /** Translates a title. That of a status may have come in the client's language, from a service that has the same table. */
  function translatedTitle({ code, status, title }: Problem, table: CheckedTexts): string | undefined {
    const ofStatus = table.statuses.get(status)?.title;
    const isDocumented = title === contract.statuses[status]?.title || title === ofStatus;
    return table.codes.get(code)?.title ?? (isDocumented ? ofStatus : undefined);
  }

  function translate(problem: Problem, language: string): Translated {
    const table = tables.get(language);
    const title = table && translatedTitle(problem, table);
    const detail = table && translatedDetail(problem, table, language);
    const { errors } = problem;
    const details =
      table && Array.isArray(errors) ? errors.map((field) => sentenceOf(read(field, "detail"), table, language)) : [];
    const ofFields = details.some((text) => text !== undefined);
    if (title === undefined && detail === undefined && !ofFields)
      return { problem, language: problem.language ?? sourceLanguage };
    const translated = { ...problem, title: title ?? problem.title, detail: detail ?? problem.detail };
    if (!ofFields) return { problem: translated, language };
    const fields = errors!.map((field, at) => (details[at] === undefined ? field : { ...field, detail: details[at] }));
    return { problem: { ...translated, errors: fields }, language };
  }

  const choose = createLanguageChoice(tags, byDefault);
  return (headers) => {
    const language = choose(headers);
    return (problem) => translate(problem, language);
  };
}

/** Checks the tags, and gives each language its canonical one. Tags that differ in case alone are the same (RFC 5646 section 2.1.1). */
function languagesIn(texts: Texts, reject: (what: string) => never): ReadonlyMap<string, Texts[string]> {
  const languages = new Map<string, Texts[string]>();
  for (const [tag, rows] of Object.entries(texts)) {
    const canonical = canonicalTag(tag) ?? reject(`has "${tag}", which is no language tag, such as "zh-CN"`);
    if (canonical.toLowerCase() !== tag.toLowerCase()) reject(`has the language tag "${tag}"; is "${canonical}" meant?`);
    if (languages.has(canonical)) reject(`has the language "${canonical}" twice`);
    if (!isRecord(rows) || Array.isArray(rows)) reject(`takes an object of texts for "${tag}"`);
    languages.set(canonical, rows);
  }
  return languages;
}

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

type FormatDetail = (text: CheckedText | undefined, members: Problem["extensions"], language: string) => string | undefined;

/** Makes the function that fills in a text; undefined where it has none, or where the problem has no value for a name. */
function createFormat(formatText: FormatText | undefined): FormatDetail {
  const byUser = formatText && guardHook("formatText", formatText, checkFormatted);
  return (text, members, language) => {
    if (!text) return undefined;
    const { message, names, dates, format } = text;
    const values: Record<string, TextValue> = {};
    for (const name of names) {
      const member = read(members, name);
      const isDate = dates.includes(name) || isRecord(member);
      const value = isDate ? placeholderValue("date", member) : member;
      if (!isPlainValue(value)) return undefined;
      values[name] = isDate && !format ? new Date(String(value)) : value;
    }
    return (format ? clean(format(values)) : byUser?.(message, values, language)) || undefined;
  };
}

function isPlainValue(value: unknown): value is string | number | bigint | boolean {
  return ["string", "number", "bigint", "boolean"].includes(typeof value);
}

function checkFormatted(text: unknown): string {
  if (typeof text !== "string" || clean(text) === "") throw new TypeError("a formatter returns a text");
  return clean(text);
}
