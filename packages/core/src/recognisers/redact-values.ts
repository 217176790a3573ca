import { firstEntries } from "../util/safe-read.js";
import { longestText } from "../util/sanitize.js";
import { faultToldBy } from "./fault-in-message.js";

/** Characters of a message that are looked at: a longer one quotes what the client sent. */
const longest = 4000;

/** A shorter value, such as "3", is part of too many harmless messages. */
const shortest = 3;

/** Characters of a value that are searched for. A message with as many of its beginning quotes it, and V8 finds so few in linear time. */
const longestForm = 100;

/** Values and members of them that are searched for. */
const mostValues = 50;

/**
 * Where a validator goes on to say what it got instead, in its own words: zod 3, valibot, superstruct; effect; yup; yup's tuple;
 * arktype. That it got a number, or nothing at all, may be said.
 */
const received =
  /(?:(?:[,:]|,? but) received:?|, actual|, but the final value was:|\. The validated value was:| for value:| \(was) (?!(?:undefined|null|nan|string|number|float|int|integer|bigint|boolean|symbol|object|array|date|function|map|set)$)[^]*$/i;

/** How joi begins to quote what its pattern does not match; the value goes before the pattern. */
const quote = ' with value "';

/** Where the value stands amid a message: joi, unless it could be taken out; effect; JSON.parse, whose words effect passes on. */
const quoting = / with value |^Unable to decode |"(?:\.\.\.)? is not valid JSON/;

/** What the search for values may cost: all issues of one error share it, since they may keep the same large value. */
export interface Search {
  /** Characters that are looked at yet. Once there are none, no message leaves any more. */
  left: number;
  /** Members of values, by value: to list them takes time, and many issues may keep the same one. */
  readonly looked: Map<object, readonly unknown[]>;
}

/** Enough for a hundred issues that all keep one object of fifty members; some milliseconds at worst. */
const mostSearched = 4_000_000;

/** What a message or a value costs besides its characters. */
const perText = 50;

/** A search that has not begun yet. */
export function newSearch(): Search {
  return { left: mostSearched, looked: new Map() };
}

/**
 * What may leave of a validator's message: not the value that was sent, nor what a custom check ran into. It is cut to what can be sent
 * before it is searched.
 * @param values where the library kept the value, searched for in custom messages
 * @param search the one of this error
 * @returns "" when nothing may
 */
export function withoutValue(message: unknown, values: readonly unknown[], search: Search): string {
  if (typeof message !== "string" || message.length > longest) return "";
  if ((search.left -= perText + message.length) < 0) return "";
  const looked = beginningOfMessage(values.reduce(unquoted, message));
  const plain = looked.replace(received, "");
  const kept = plain.slice(0, longestText + 1);
  return quoting.test(plain) || faultToldBy(plain) || isFound(values, looked, kept.length, search) ? "" : kept;
}

/** As much of a message as is searched: a form that begins in what is sent may end in what is cut off. */
export function beginningOfMessage(message: string): string {
  return message.slice(0, longestText + 1 + longestForm);
}

/** Joi's message without its quote of the value. */
function unquoted(message: string, value: unknown): string {
  const at = message.indexOf(quote);
  const isText = (typeof value === "string" && value.length <= longest) || typeof value === "number";
  if (at < 0 || !isText) return message;
  const [from, form] = [at + quote.length, `${String(value).trim()}"`];
  return message.startsWith(form, from) ? message.slice(0, at) + message.slice(from + form.length) : message;
}

/** The first members of an object or a list; bytes are neither. */
export function membersOf(value: unknown, most: number): readonly unknown[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Array.isArray(value) ? value.slice(0, most) : firstEntries(value, most).map(([, member]) => member);
}

/**
 * Whether one of the values, or of what is in them, begins among the first characters of a text; or may, where the search has to end.
 * @param length of what is to be kept of the text
 */
function isFound(values: readonly unknown[], text: string, length: number, search: Search): boolean {
  const found = [...values];
  const tried = new Set<string>();
  for (let next = 0; next < found.length && next < mostValues; next++) {
    const value = found[next];
    if (typeof value === "object" && value !== null) found.push(...once(value, search));
    if (typeof value === "bigint" && (value > longestInteger || value < -longestInteger)) return true;
    for (const form of formsOf(value, search)) {
      if (form.length < shortest || tried.has(form)) continue;
      tried.add(form);
      search.left -= text.length + form.length;
      if (text.slice(0, length + form.length - 1).includes(form)) return true;
    }
    if ((search.left -= perText) < 0) return true;
  }
  return false;
}

/** To write a longer one in decimal takes more than linear time. */
const longestInteger = 10n ** BigInt(longestForm);

/** How a message may begin to spell a value. */
function formsOf(value: unknown, search: Search): readonly string[] {
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (typeof value !== "string") return [];
  const text = value.trim();
  search.left -= value.length - text.length;
  const form = beginningOf(text);
  return [form, beginningOf(JSON.stringify(form).slice(1, -1))];
}

/** Not half of a character: JSON spells it in another way. */
function beginningOf(text: string): string {
  return text.length > longestForm ? text.slice(0, longestForm).replace(/[\ud800-\udbff]$/, "") : text;
}

function once(value: object, { looked }: Search): readonly unknown[] {
  const members = looked.get(value) ?? membersOf(value, mostValues);
  looked.set(value, members);
  return members;
}
