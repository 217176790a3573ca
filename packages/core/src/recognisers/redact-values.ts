import { faultToldBy } from "./fault-in-message.js";

/** Characters of a message that are looked at: a longer one quotes what the client sent. */
const longest = 4000;

/** A shorter value, such as "3", is part of too many harmless messages. */
const shortest = 3;

/** Values and members of them that are searched for. */
const mostForms = 50;

/**
 * Where a validator goes on to say what it got instead, in its own words: zod 3, valibot, superstruct; effect; yup; yup's tuple;
 * arktype. That it got a number, or nothing at all, may be said.
 */
const received =
  /(?:(?:[,:]|,? but) received:?|, actual|, but the final value was:|\. The validated value was:| for value:| \(was) (?!(?:undefined|null|nan|string|number|float|int|integer|bigint|boolean|symbol|object|array|date|function|map|set)$)[^]*$/i;

/** How joi begins to quote what its pattern does not match; the value goes before the pattern. */
const quote = " with value ";

/** Where the value stands amid a message: joi, unless it could be taken out; effect; JSON.parse, whose words effect passes on. */
const quoting = / with value |^Unable to decode |"(?:\.\.\.)? is not valid JSON/;

/** Members of values, by value: many issues may keep the same large one. */
export type Looked = Map<object, readonly unknown[]>;

/**
 * What may leave of a validator's message: not the value that was sent, nor what a custom check ran into.
 * @param values where the library kept the value, searched for in custom messages
 * @param looked what was found in the values of the same list
 * @returns "" when nothing may
 */
export function withoutValue(message: unknown, values: readonly unknown[], looked: Looked): string {
  if (typeof message !== "string" || message.length > longest) return "";
  const forms = formsOf(values, looked);
  const unquoted = forms.reduce((text, form) => text.replace(`${quote}"${form}"`, ""), message);
  const kept = unquoted.replace(received, "");
  // A form may begin in what is kept and end in what was cut off.
  const begins = (form: string) => unquoted.slice(0, kept.length + form.length - 1).includes(form);
  return quoting.test(kept) || forms.some((form) => form.length >= shortest && begins(form)) || faultToldBy(kept) ? "" : kept;
}

/** The first members of an object or a list; bytes are neither. */
export function membersOf(value: unknown, most: number): readonly unknown[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return (Array.isArray(value) ? value : Object.values(value)).slice(0, most);
}

/** How a message may spell the values, or what is in them. */
function formsOf(values: readonly unknown[], looked: Looked): readonly string[] {
  const found = [...values];
  const forms: string[] = [];
  for (let next = 0; next < found.length && next < mostForms; next++) {
    const value = found[next];
    if (typeof value === "number" || typeof value === "bigint") forms.push(String(value));
    else if (typeof value === "string" && value.length <= longest)
      forms.push(value.trim(), JSON.stringify(value.trim()).slice(1, -1));
    else if (typeof value === "object" && value !== null) found.push(...once(value, looked));
  }
  return forms;
}

function once(value: object, looked: Looked): readonly unknown[] {
  const members = looked.get(value) ?? membersOf(value, mostForms);
  looked.set(value, members);
  return members;
}
