type ErrorMediaType = "application/problem+json" | "application/json";

/**
 * Chooses the media type for an error body: problem+json, unless Accept allows application/json but not that (RFC 9457 section 3,
 * RFC 9110 section 12.5.1).
 */
export function problemMediaType(accept: unknown): ErrorMediaType {
  if (accept !== last.accept) last = { accept, type: chosenType(accept) };
  return last.type;
}

/** Keeps the last Accept, and what it allows: most clients of a gateway send the same. */
let last: { readonly accept: unknown; readonly type: ErrorMediaType } = { accept: undefined, type: "application/problem+json" };

function chosenType(accept: unknown): ErrorMediaType {
  const hasChoice = typeof accept === "string" && /json/i.test(accept); // else it accepts both or neither
  return hasChoice && accepts(accept, jsonRange) && !accepts(accept, problemRange)
    ? "application/json"
    : "application/problem+json";
}

// Each matches a media range, and its parameters.
const jsonRange = /(?:^|,)\s*application\/json\s*(?:;([^,]*))?(?:,|$)/i;
const problemRange = /(?:^|,)\s*application\/problem\+json\s*(?:;([^,]*))?(?:,|$)/i;
const applicationRange = /(?:^|,)\s*application\/\*\s*(?:;([^,]*))?(?:,|$)/i;
const anyRange = /(?:^|,)\s*\*\/\*\s*(?:;([^,]*))?(?:,|$)/i;

/** Whether Accept allows a type. The most specific range decides. */
function accepts(accept: string, type: RegExp): boolean {
  for (const range of [type, applicationRange, anyRange]) {
    const [found, parameters = ""] = range.exec(accept) ?? [];
    if (found !== undefined) return !/(?:^|;)\s*q=0(?:\.0{0,3})?\s*(?:;|$)/i.test(parameters);
  }
  return false;
}
