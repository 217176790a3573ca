import { maxSearchedCharacters } from "../util/limits.js";
import { mayBeEscaped, unescaped } from "../util/unescaped.js";

/** Describes the query of a request, prepared for the search. */
interface OwnQuery {
  /** Without escapes. */
  readonly text: string;
  /** For each length of a beginning, the longest shorter one that it ends with (Knuth, Morris and Pratt): the search never goes back. */
  readonly borders: Uint32Array;
  /** Whether it is found without the "?" before it, too: a short query, or a plain word, may occur in any text. */
  readonly isDistinct: boolean;
  /** Characters after which a value begins, with which the text may end before the query does. */
  readonly nameLength: number;
}

/** Limits which queries are found without their "?": characters of the shortest with a "=", and of the shortest without, such as a token. */
const [minPairs, minToken] = [6, 16];

/** Reads the query of a request target; undefined where there is none. */
export function ownQueryOf(url: unknown): OwnQuery | undefined {
  if (typeof url !== "string" || !url.includes("?")) return undefined;
  const [, raw] = /^[^?#]*\?([^#]+)/.exec(url) ?? [];
  if (raw === undefined) return undefined;
  const text = unescaped(raw).text.trimEnd(); // as a message is trimmed
  if (text === "") return undefined;
  const borders = new Uint32Array(text.length + 1);
  for (let end = 1, border = 0; end < text.length; end++) {
    while (border > 0 && text[end] !== text[border]) border = borders[border]!;
    if (text[end] === text[border]) border++;
    borders[end + 1] = border;
  }
  const nameLength = text.indexOf("=") + 1 || minToken;
  const isDistinct = text.includes("=") ? text.length >= minPairs : text.length >= minToken && /\d/.test(text);
  return { text, borders, isDistinct, nameLength };
}

/**
 * Removes the mentions of a request's query from a text, in whatever escapes they are written. A mention follows a path and a "?", or is
 * a distinct query by itself. Takes time in proportion to the text.
 * @example withoutQuery("Cannot GET /reset?token=a1", ownQueryOf("/reset?token=a1")!) // "Cannot GET /reset"
 */
export function withoutQuery(text: string, query: OwnQuery): string {
  if (text.length < query.text.length && !/[?%&\\]/.test(text)) return text; // not even a part of it follows a "?"
  const beginning = query.text.slice(0, maxSearchedCharacters); // to find a longer text may take more than linear time
  if (!mayBeEscaped(text) && !text.includes("?") && !text.includes(beginning)) return text;
  const source = unescaped(text);
  let kept = "";
  let from = 0;
  for (const [begin, end] of mentionsIn(source.text, query)) {
    const [first, next] = [source.at[begin]!, source.at[end]!];
    kept += text.slice(from, first);
    from = text[next] === " " && (kept === "" || kept.endsWith(" ")) ? next + 1 : next;
  }
  return from === 0 ? text : (kept + text.slice(from)).trim();
}

/** Finds the mentions of a query in a text without escapes, from left to right. */
function* mentionsIn(text: string, query: OwnQuery): Generator<readonly [begin: number, end: number]> {
  const { text: sought, borders, nameLength } = query;
  const marks = new Set<number>(); // the places behind each "?" that a query may follow
  let [matched, token, slash, from] = [0, 0, -1, 0];
  for (let place = 0; place <= text.length; place++) {
    const character = text[place];
    const begin = place - matched;
    const isCut = character === undefined ? matched > nameLength : isEllipsis(text, place);
    if (matched > 0 && matched < sought.length && isCut && marks.has(begin)) yield [begin - 1, (from = place)];
    if (character === undefined) return;
    while (matched > 0 && character !== sought[matched]) matched = borders[matched]!;
    if (character === sought[matched]) matched++;
    if (matched === sought.length) {
      const mention = mentionAt(text, place + 1 - matched, place + 1, from, marks, query);
      if (mention) yield [mention[0], (from = mention[1])];
      matched = mention ? 0 : borders[matched]!;
    }
    if (breaks.has(character)) token = place + 1;
    else if (character === "/") slash = place;
    else if (character === "?" && (slash >= token || sought.includes("=") || !isWord(text[place - 1]))) marks.add(place + 1);
  }
}

/** Gives the bounds of a mention: with its "?", and with what a service has added to the query. */
function mentionAt(text: string, begin: number, end: number, from: number, marks: ReadonlySet<number>, { isDistinct }: OwnQuery) {
  if (isWord(text[end])) return undefined;
  let first = begin - 1;
  if (!marks.has(begin)) {
    if (!isDistinct || isWord(text[first])) return undefined;
    if (text[first] !== "&") return [begin, end] as const;
    while (first >= from && text[first] !== "?" && !breaks.has(text[first]!)) first--;
    if (text[first] !== "?" || first < from) return [begin, end] as const;
  }
  let next = end;
  if (text[end] === "&" || text[end] === "#") while (next < text.length && !breaks.has(text[next]!)) next++;
  return [first, next] as const;
}

/** Lists the characters that end a URL in a text. */
const breaks: ReadonlySet<string> = new Set(` "'<>`);

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}

function isEllipsis(text: string, place: number): boolean {
  return text[place] === "…" || text.startsWith("...", place);
}
