/** Describes how well a header field accepts a representation. */
interface Acceptance {
  /** From 0, not at all, to 1. */
  readonly weight: number;
  /** How closely the field names it: 0 not at all, 1 by a range for anything, 2 by a range of its kind, 3 by its media type. */
  readonly precision: number;
}

/**
 * Says which of two representations Accept prefers, HTML or JSON (RFC 9110 section 12.5.1): the one with the higher weight. Of two with the same weight
 * it is the one that is named more closely. HTML has to be named: clients that take anything are programs as well.
 * @param accept value of the field; only a text is read
 * @returns undefined where neither is preferred
 * @example htmlPreference("text/html, application/json;q=0.9") // "html"
 */
export function htmlPreference(accept: unknown): "html" | "json" | undefined {
  if (typeof accept !== "string") return undefined;
  const [html, json] = [acceptanceOf(accept, precisionOfHtml), acceptanceOf(accept, precisionOfJson)];
  if (html.precision === named && isAbove(html, json)) return "html";
  return isAbove(json, html) ? "json" : undefined;
}

const named = 3;

/** Whether one is preferred to the other. */
function isAbove(one: Acceptance, other: Acceptance): boolean {
  if (one.weight === 0 || one.weight < other.weight) return false;
  return one.weight > other.weight || one.precision > other.precision;
}

const precisionOfHtml = (type: string) => (type === "text/html" ? named : type === "text/*" ? 2 : type === "*/*" ? 1 : 0);

/** Counts all kinds of JSON: whoever asks for one of them is a program. */
function precisionOfJson(type: string): number {
  if (/^application\/(?:json|[^/]*\+json)$/.test(type)) return named;
  return type === "application/*" ? 2 : type === "*/*" ? 1 : 0;
}

/** Finds the media range that names a representation most closely. A range with a weight that is none does not count. */
function acceptanceOf(accept: string, precisionOf: (type: string) => number): Acceptance {
  let best: Acceptance = { weight: 0, precision: 0 };
  for (const range of accept.toLowerCase().split(",")) {
    const [type, ...parameters] = range.split(";").map((part) => part.trim());
    const precision = precisionOf(type!);
    const weight = weightOf(parameters.find((each) => each.startsWith("q=")));
    if (precision === 0 || precision < best.precision || weight === undefined) continue;
    if (precision > best.precision || weight > best.weight) best = { weight, precision };
  }
  return best;
}

function weightOf(parameter = "q=1"): number | undefined {
  const text = parameter.slice(2).trim();
  return /^(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)$/.test(text) ? Number(text) : undefined;
}
