import { isRecord } from "../util/safe-read.js";
import { isLanguageTag } from "../util/sanitize.js";

/**
 * Lists the words of a page that belong to no problem, in one language. `{time}` is a duration or a date.
 * @example
 * const fr: Partial<PageWords> = { requestId: "Numéro de la demande" };
 * app.use(fgErrors({ format: browsers("problem", { words: { fr } }) }));
 */
export interface PageWords {
  readonly invalidFields: string;
  /** Text of the link to the page about the type. */
  readonly aboutType: string;
  readonly status: string;
  readonly code: string;
  readonly address: string;
  readonly requestId: string;
  readonly tryNow: string;
  readonly tryIn: string;
  readonly tryAfter: string;
}

const english: PageWords = {
  invalidFields: "Invalid fields",
  aboutType: "About this problem",
  status: "Status",
  code: "Code",
  address: "Address",
  requestId: "Request id",
  tryNow: "Try again now.",
  tryIn: "Try again in {time}.",
  tryAfter: "Try again after {time}.",
};

const chinese: PageWords = {
  invalidFields: "无效的字段",
  aboutType: "关于此问题",
  status: "状态码",
  code: "错误码",
  address: "地址",
  requestId: "请求 ID",
  tryNow: "现在可以重试。",
  tryIn: "请在 {time}后重试。",
  tryAfter: "请在 {time}之后重试。",
};

/** Contains the words for a language. */
interface FoundWords {
  /** Language of the words: the one that was asked for, or English. */
  readonly language: string;
  readonly words: PageWords;
}

/**
 * Makes the function that finds the words for a language: its own, or those of a shorter tag, or English.
 * @param more words by language tag; what a language lacks is English
 * @throws TypeError for anything but texts, with the names that there are
 */
export function createWordLookup(more: Readonly<Record<string, Partial<PageWords>>>): (language: string) => FoundWords {
  const known = new Map([
    ["en", english],
    ["zh", chinese],
  ]);
  if (!isRecord(more)) throw new TypeError("browsers: words takes an object of words by language tag");
  for (const [tag, words] of Object.entries(more)) {
    if (!isLanguageTag(tag)) throw new TypeError(`browsers: words takes a language tag such as "zh-CN", not "${tag}"`);
    if (!isRecord(words)) throw new TypeError(`browsers: words takes an object for "${tag}"`);
    for (const [name, text] of Object.entries(words))
      if (!Object.hasOwn(english, name) || typeof text !== "string" || text === "")
        throw new TypeError(`browsers: words takes texts for "${tag}" by the names ${Object.keys(english).join(", ")}`);
    known.set(tag.toLowerCase(), { ...english, ...known.get(tag.toLowerCase()), ...(words as Partial<PageWords>) });
  }
  return (language) => {
    for (let tag = language.toLowerCase(); tag !== ""; tag = tag.slice(0, Math.max(0, tag.lastIndexOf("-")))) {
      const words = known.get(tag);
      if (words) return { language, words };
    }
    return { language: "en", words: known.get("en")! };
  };
}

/** Says when to try again: Retry-After has seconds or a date (RFC 9110 section 10.2.3). */
export function retryText(retryAfter: string, { language, words }: FoundWords): string {
  if (!/^\d+$/.test(retryAfter)) {
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long", timeZone: "UTC" });
    return words.tryAfter.replace("{time}", () => format.format(new Date(retryAfter)));
  }
  const seconds = Number(retryAfter);
  if (seconds === 0) return words.tryNow;
  const [size, unit] = units.find(([size]) => seconds >= 2 * size) ?? [1, "second"];
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" });
  return words.tryIn.replace("{time}", () => format.format(Math.ceil(seconds / size)));
}

/** Lists the units with their seconds. Each is used from two of it on. */
const units = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
] as const;
