/** Describes a text without escapes, and where each of its characters came from. */
interface Unescaped {
  readonly text: string;
  /** Index of each character in the text as it was; one more for its end. */
  readonly at: readonly number[];
}

/** Rounds of escaping that are undone: a service may write a percent-encoded target into JSON, and that into a page. */
const maxRounds = 4;

/**
 * Undoes the escapes in which a text may quote another one: percent-encoding, HTML's character references, JSON's and JavaScript's
 * escapes, UTF-8 that was read as Latin-1. Blanks and what clean() makes blanks of become one space, and so does "+". Half an escape
 * before an ellipsis is left out. Takes time in proportion to the text.
 * @example unescaped("GET \\/x?a=%26amp;").text // "GET /x?a=&"
 */
export function unescaped(text: string): Unescaped {
  let found: Unescaped = { text, at: Array.from({ length: text.length + 1 }, (_, index) => index) };
  for (let round = 0; round < maxRounds; round++) {
    const next = replaced(found, escapes, characterOf);
    if (next === found) break;
    found = next;
  }
  const whole = replaced(found, halfCharacters, () => "");
  return replaced(replaced(whole, octetsOfUtf8, decoded), blanks, () => " ");
}

/** Whether unescaped() may change a text. It leaves ASCII with single spaces as it is, as most texts are. */
export function mayBeEscaped(text: string): boolean {
  return /[%&\\+]| {2}|[^ -~]/.test(text);
}

/** Matches one character in any of the escapes, or one octet of it. */
const escapes = /&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);|\\(?:u[\da-f]{4}|x[\da-f]{2}|[^])|%[\da-f]{2}/gi;

/** Matches what may be the start of an escape, or of a character, where a text was cut. */
const halfCharacters = /[%&\\\xc2-\xf4][\w#\x80-\xbf]{0,7}(?=…|\.\.\.)/g;

const octetsOfUtf8 = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;

const blanks = /[\s\p{Cc}\p{Bidi_Control}+]+/gu;

/** Lists HTML's character references that have names, and the escapes of control characters, which clean() makes blanks of. */
const named: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" }),
  ...["\\n", "\\r", "\\t", "\\b", "\\f"].map((escape) => [escape, " "] as const),
]);

function characterOf(escape: string): string {
  const known = named.get(escape);
  if (known !== undefined) return known;
  const [, hex, decimal, literal] = /^(?:\\u|\\x|&#x|%)([\da-f]+);?$|^&#(\d+);$|^\\([^])$/i.exec(escape) ?? [];
  if (literal !== undefined) return literal;
  if (hex === undefined && decimal === undefined) return escape; // a name in another case
  const point = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : escape;
}

function decoded(octets: string): string {
  return Buffer.from(octets, "latin1").toString();
}

/** Replaces what a pattern matches, and keeps track of the places. The same object where nothing matches. */
function replaced(source: Unescaped, pattern: RegExp, replacement: (match: string) => string): Unescaped {
  let text = "";
  let from = 0;
  const at: number[] = [];
  const copy = (to: number) => {
    text += source.text.slice(from, to);
    for (; from < to; from++) at.push(source.at[from]!);
  };
  for (const { 0: match, index } of source.text.matchAll(pattern)) {
    const plain = replacement(match);
    if (plain === match) continue;
    copy(index);
    text += plain;
    for (let count = 0; count < plain.length; count++) at.push(source.at[index]!);
    from = index + match.length;
  }
  if (from === 0) return source;
  copy(source.text.length);
  at.push(source.at[from]!);
  return { text, at };
}
