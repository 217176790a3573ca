import type { Facts } from "./request-facts.js";
import { maxLanguageCharacters, maxLanguageTagCharacters } from "../util/limits.js";

/** Names the language of texts that are in no table: the contract's, a thrower's, and this library's own. */
export const sourceLanguage = "en";

/** Describes one range of a field such as Accept-Language, in lower case. */
interface LanguageRange {
  readonly range: string;
  readonly weight: number;
}

/**
 * Makes the function that chooses the language of an answer: by X-Language, the field of Huawei Cloud's APIs, then by Accept-Language (RFC 9110
 * section 12.5.4), each by the lookup of RFC 4647 section 3.4. Takes time in proportion to the fields, of which 1000 characters count.
 * @param tags of the languages that there are, besides the source language
 * @param byDefault for a client that accepts none of them
 */
export function createLanguageChoice(tags: readonly string[], byDefault: string): (headers: Facts["headers"]) => string {
  const known = new Map([sourceLanguage, ...tags].map((tag) => [tag.toLowerCase(), tag]));
  const inOrder = [byDefault, ...known.values()];

  /** Finds the first language that a client asks for, and does not refuse by a range that is closer to it. */
  function lookUp(ranges: readonly LanguageRange[]): string | undefined {
    const weights = new Map(ranges.map(({ range, weight }) => [range, weight]));
    for (const { range, weight } of ranges) {
      if (weight === 0) continue;
      for (let tag = range; tag !== ""; tag = truncated(tag)) {
        const found = known.get(tag);
        if (found !== undefined && !isExcluded(found, weights)) return found;
      }
    }
    return undefined;
  }

  return (headers) => {
    const asked = lookUp(rangesIn(headers["x-language"]));
    if (asked !== undefined) return asked;
    const ranges = rangesIn(headers["accept-language"]);
    if (ranges.length === 0) return byDefault;
    const weights = new Map(ranges.map(({ range, weight }) => [range, weight]));
    return lookUp(ranges) ?? inOrder.find((tag) => !isExcluded(tag, weights)) ?? byDefault;
  };
}

/** Whether the range that is closest to a language has the weight 0, which means "not acceptable" (RFC 9110 section 12.4.2). */
function isExcluded(language: string, weights: ReadonlyMap<string, number>): boolean {
  for (let tag = language.toLowerCase(); tag !== ""; tag = truncated(tag)) {
    const weight = weights.get(tag);
    if (weight !== undefined) return weight === 0;
  }
  return weights.get("*") === 0;
}

/** Removes the last subtag, and a single letter before it, which only introduces it (RFC 4647 section 3.4). */
function truncated(tag: string): string {
  const shorter = tag.slice(0, Math.max(0, tag.lastIndexOf("-")));
  return shorter.at(-2) === "-" ? shorter.slice(0, -2) : shorter;
}

/** Matches a range of languages (RFC 4647 section 2.1). Some clients write "zh_CN". */
const rangeForm = /^(?:\*|[a-z]{1,8}(?:[-_][a-z\d]{1,8})*)$/i;

/** Reads the ranges of a field, the most wanted first. A member that is not valid is left out. */
function rangesIn(field: unknown): readonly LanguageRange[] {
  const text = Array.isArray(field) ? field.join() : field;
  if (typeof text !== "string") return [];
  const whole =
    text.length > maxLanguageCharacters ? text.slice(0, Math.max(0, text.lastIndexOf(",", maxLanguageCharacters))) : text;
  const ranges: LanguageRange[] = [];
  for (const member of whole.split(",")) {
    const [range = "", ...parameters] = member.split(";").map((part) => part.trim());
    if (range.length > maxLanguageTagCharacters || !rangeForm.test(range)) continue;
    const weight = weightIn(parameters);
    if (weight >= 0 && weight <= 1) ranges.push({ range: range.replaceAll("_", "-").toLowerCase(), weight });
  }
  return ranges.toSorted((one, other) => other.weight - one.weight);
}

/** Reads the weight of a member; NaN for one that is not valid. */
function weightIn(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  return given === undefined ? 1 : /=\s*\d?\.?\d{1,20}$/.test(given) ? Number(given.slice(given.indexOf("=") + 1)) : NaN;
}
