import {
  charactersPerSearchedText,
  maxKnownSentenceCharacters,
  maxKnownSentencesOfLength,
  maxMessageCharacters,
  maxSearchedCharacters,
  maxSearchedValues,
  maxSearchWork,
  maxTextCharacters,
  minSearchedCharacters,
} from "../util/limits.js";
import { firstEntries } from "../util/safe-read.js";
import { clean } from "../util/sanitize.js";
import { faultInMessage } from "./fault-in-message.js";

/**
 * Finds where a validator goes on to say what it received, in its own words: zod 3, valibot, superstruct; effect; yup; yup's
 * tuple; arktype. That it received a number, or nothing at all, may be said.
 */
const receivedClause =
  /(?:(?:[,:]|,? but) received:?|, actual|, but the final value was:|\. The validated value was:| for value:| \(was) (?!(?:undefined|null|nan|string|number|float|int|integer|bigint|boolean|symbol|object|array|date|function|map|set)$)[^]*$/i;

/** Begins joi's quote of a value that does not match a pattern. Joi writes the value before the pattern. */
const joiQuote = ' with value "';

/** Finds a value in the middle of a message: joi's, unless it could be removed; effect's; JSON.parse's, whose message effect passes on. */
const quotesValue = / with value |^Unable to decode |"(?:\.\.\.)? is not valid JSON/;

/** Limits what the search for values may cost. All issues of one error share it, since they may keep the same large value. */
export interface Search {
  /** Characters that may still be examined. When none are left, no message leaves any more. */
  left: number;
  /** Members of values that were listed before. To list them is slow, and many issues may keep the same value. */
  readonly members: Map<object, readonly unknown[]>;
}

/** Starts a search for the messages of one error. */
export function newSearch(): Search {
  return { left: maxSearchWork, members: new Map() };
}

/**
 * Redacts a validator's message: neither the value that was sent may leave, nor the reason why a custom check failed. The message
 * is cut to what can be sent before it is searched.
 * @param values where the library kept the value, searched for in custom messages
 * @param search the one of this error
 * @returns a clean text; "" when nothing may leave
 */
export function redactValues(message: unknown, values: readonly unknown[], search: Search): string {
  if (typeof message !== "string" || message.length > maxMessageCharacters) return "";
  if ((search.left -= charactersPerSearchedText + message.length) < 0) return "";
  return values.every((value) => value === undefined) ? withoutFault(message) : withoutValues(message, values, search);
}

function withoutValues(message: string, values: readonly unknown[], search: Search): string {
  const examined = searchedStart(values.reduce(withoutJoiQuote, message));
  const plain = examined.replace(receivedClause, "");
  const kept = plain.slice(0, maxTextCharacters + 1);
  return quotesValue.test(plain) || faultInMessage(plain) || containsValue(values, examined, kept.length, search)
    ? ""
    : clean(kept);
}

/**
 * Lists sentences without a value, and what is left of them, by their length: validators use the same few again and again. A Map would
 * need the hash of each sentence. To compare it with the few sentences of the same length costs less.
 */
const knownSentences: { readonly message: string; readonly kept: string }[][] = [];

function withoutFault(message: string): string {
  if (message.length > maxKnownSentenceCharacters) return withoutValues(message, [], newSearch());
  const sameLength = (knownSentences[message.length] ??= []);
  for (const known of sameLength) if (known.message === message) return known.kept;
  if (!ascii.test(message)) return withoutValues(message, [], newSearch());
  const copy = Buffer.from(message).toString(); // the text may be a part of a large one, which it would keep
  const kept = withoutValues(copy, [], newSearch());
  if (sameLength.length >= maxKnownSentencesOfLength) sameLength.shift(); // a client may choose a name that is quoted
  sameLength.push({ message: copy, kept });
  return kept;
}

const ascii = /^[ -~]*$/;

/** Cuts a message to the part that is searched. A spelling that begins in what is sent may end in what is cut off. */
export function searchedStart(message: string): string {
  return message.slice(0, maxTextCharacters + 1 + maxSearchedCharacters);
}

/** Removes joi's quote of the value from its message. */
function withoutJoiQuote(message: string, value: unknown): string {
  const at = message.indexOf(joiQuote);
  const isText = (typeof value === "string" && value.length <= maxMessageCharacters) || typeof value === "number";
  if (at < 0 || !isText) return message;
  const [from, spelling] = [at + joiQuote.length, `${String(value).trim()}"`];
  return message.startsWith(spelling, from) ? message.slice(0, at) + message.slice(from + spelling.length) : message;
}

/** Lists the first members of an object or a list; bytes have none. */
export function membersOf(value: unknown, most: number): readonly unknown[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Array.isArray(value) ? value.slice(0, most) : firstEntries(value, most).map(([, member]) => member);
}

/**
 * Whether one of the values, or a member of one, begins among the first characters of a text. Also true where the search ends
 * early.
 * @param length characters of the text that are to be kept
 */
function containsValue(values: readonly unknown[], text: string, length: number, search: Search): boolean {
  const found = [...values];
  const searched = new Set<string>();
  for (let next = 0; next < found.length && next < maxSearchedValues; next++) {
    const value = found[next];
    if (typeof value === "object" && value !== null) found.push(...membersOnce(value, search));
    if (typeof value === "bigint" && (value > largestInteger || value < -largestInteger)) return true;
    for (const spelling of spellingsOf(value, search)) {
      if (spelling.length < minSearchedCharacters || searched.has(spelling)) continue;
      searched.add(spelling);
      search.left -= text.length + spelling.length;
      if (text.slice(0, length + spelling.length - 1).includes(spelling)) return true;
    }
    if ((search.left -= charactersPerSearchedText) < 0) return true;
  }
  return false;
}

/** Bounds the integers that are spelled: to write a longer one in decimal needs more than linear time. */
const largestInteger = 10n ** BigInt(maxSearchedCharacters);

/** Lists the spellings with which a message may quote a value. */
function spellingsOf(value: unknown, search: Search): readonly string[] {
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (typeof value !== "string") return [];
  const text = value.trim();
  search.left -= value.length - text.length;
  const spelling = startOfValue(text);
  return [spelling, startOfValue(JSON.stringify(spelling).slice(1, -1))];
}

/** Cuts a value to the characters that are searched for. Half of a surrogate pair is left out, since JSON spells it in another way. */
function startOfValue(text: string): string {
  return text.length > maxSearchedCharacters ? text.slice(0, maxSearchedCharacters).replace(/[\ud800-\udbff]$/, "") : text;
}

function membersOnce(value: object, { members: known }: Search): readonly unknown[] {
  const members = known.get(value) ?? membersOf(value, maxSearchedValues);
  known.set(value, members);
  return members;
}
