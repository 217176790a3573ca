import { faultToldBy } from "./told.js";

/** Characters of a message that are looked at: a longer one quotes what the client sent. */
const longest = 4000;

/** A shorter value, such as "3", is part of too many harmless messages. */
const shortest = 3;

/** Values and members of them that are searched for. */
const mostForms = 50;

/**
 * Where a validator goes on to say what it got instead, in its own words: zod 3, valibot, superstruct; yup; yup's tuple; arktype.
 * That it got a number, or nothing at all, may be said.
 */
const received =
  /(?:(?:[,:]|,? but) received:?|, but the final value was:|\. The validated value was:| for value:| \(was) (?!(?:undefined|null|nan|string|number|float|int|integer|bigint|boolean|symbol|object|array|date|function|map|set)$)[^]*$/i;

/** How joi begins to quote what its pattern does not match; the value goes before the pattern. */
const quote = " with value ";

/**
 * What may leave of a validator's message: not the value that was sent, nor what a custom check ran into.
 * @param values where the library kept the value, searched for in custom messages
 * @returns "" when nothing may
 */
export function withoutValue(message: unknown, values: readonly unknown[]): string {
  if (typeof message !== "string" || message.length > longest) return "";
  const forms = formsOf(values);
  const unquoted = forms.reduce((text, form) => text.replace(`${quote}"${form}"`, ""), message);
  const kept = unquoted.replace(received, "");
  // A form may begin in what is kept and end in what was cut off.
  const begins = (form: string) => unquoted.slice(0, kept.length + form.length - 1).includes(form);
  return kept.includes(quote) || forms.some((form) => form.length >= shortest && begins(form)) || faultToldBy(kept) ? "" : kept;
}

/** How a message may spell the values, or what is in them. */
function formsOf(values: readonly unknown[]): readonly string[] {
  const found = [...values];
  const forms: string[] = [];
  for (let next = 0; next < found.length && next < mostForms; next++) {
    const value = found[next];
    if (typeof value === "number" || typeof value === "bigint") forms.push(String(value));
    else if (typeof value === "string" && value.length <= longest)
      forms.push(value.trim(), JSON.stringify(value.trim()).slice(1, -1));
    else if (typeof value === "object" && value !== null) found.push(...Object.values(value).slice(0, mostForms));
  }
  return forms;
}
