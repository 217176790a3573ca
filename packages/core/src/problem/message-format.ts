import type { PlaceholderKind } from "../contract/catalogue-row.js";

/**
 * Gives the values that a text's placeholders take: `{sku}` a string, `{left, number}` a number, `{until, date}` a Date or an ISO 8601 text.
 * @example type Values = MessageValues<"Only {left, number} of {sku} are left.">; // { left: number; sku: string }
 */
export type MessageValues<Text extends string> = string extends Text
  ? Readonly<Record<string, Value>>
  : Simplify<Placeholders<Text>>;

type Value = string | number | Date;
type Placeholders<Text extends string> = Text extends `${string}{${infer Inside}}${infer Rest}`
  ? Placeholder<Inside> & Placeholders<Rest>
  : unknown;
type Placeholder<Inside extends string> = Inside extends `${infer Name},${infer Kind}`
  ? { readonly [Key in Trim<Name>]: Trim<Kind> extends "number" ? number : Date | string }
  : { readonly [Key in Trim<Inside>]: string };
type Trim<Text extends string> = Text extends ` ${infer Rest}` | `${infer Rest} ` ? Trim<Rest> : Text;
export type Simplify<Members> = { [Name in keyof Members]: Members[Name] };

/** Describes a text that was parsed once. */
interface Message {
  readonly placeholders: Readonly<Record<string, PlaceholderKind>>;
  /** Fills in the placeholders. */
  readonly format: (values: Readonly<Record<string, unknown>>) => string;
}

/**
 * Parses a text of the simple part of ICU MessageFormat: names in braces, with the kind `number` or `date`.
 * @throws SyntaxError that completes a sentence such as "outOfStock.detail …"
 * @example parseMessage("Only {left, number} of {sku} are left.").placeholders // { left: "number", sku: "string" }
 */
export function parseMessage(text: string): Message {
  if (/'[{}]/.test(text))
    throw new SyntaxError(
      "has an apostrophe before a brace, which quotes the brace in ICU MessageFormat; use another quotation mark",
    );
  const placeholders: Record<string, PlaceholderKind> = {};
  const parts = text.split(/\{([^{}]*)\}/); // texts and, at each odd place, what was between braces
  const names = parts.map((part, at) => (at % 2 === 0 ? checkText(part) : addPlaceholder(part, placeholders)));
  return {
    placeholders,
    format: (values) => names.map((part, at) => (at % 2 === 0 ? part : String(values[part]))).join(""),
  };
}

/** Checks the text between placeholders. Two apostrophes are one, as in ICU MessageFormat. */
function checkText(text: string): string {
  if (/[{}]/.test(text)) throw new SyntaxError("has a brace that belongs to no placeholder");
  return text.replaceAll("''", "'");
}

const kinds: ReadonlySet<string> = new Set(["number", "date"]);

function addPlaceholder(inside: string, placeholders: Record<string, PlaceholderKind>): string {
  const [name = "", kind = "string", ...more] = inside.split(",").map((part) => part.trim());
  if (more.length > 0 || (kind !== "string" && !kinds.has(kind)) || /,\s*string\s*$/.test(inside))
    throw new SyntaxError(`has the placeholder {${inside}}; the kinds are {name}, {name, number} and {name, date}`);
  if (Object.hasOwn(placeholders, name) && placeholders[name] !== kind)
    throw new SyntaxError(`has the placeholder {${name}} with two kinds, ${placeholders[name]} and ${kind}`);
  placeholders[name] = kind as PlaceholderKind;
  return name;
}

/** Reads a value of a placeholder as it is written in the body, a date as RFC 3339 has it; undefined for a value of another kind. */
export function placeholderValue(kind: PlaceholderKind, value: unknown): string | number | undefined {
  if (kind === "number") return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  if (kind === "string") return typeof value === "string" ? value : undefined;
  const isDate = value instanceof Date || (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value));
  const date = isDate ? new Date(value) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}
