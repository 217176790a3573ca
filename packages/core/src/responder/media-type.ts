/** The media type for an error body: problem+json, unless Accept takes application/json but not that (RFC 9457 section 3, RFC 9110 section 12.5.1). */
export function problemMediaType(accept: unknown): "application/problem+json" | "application/json" {
  const hasChoice = typeof accept === "string" && /json/i.test(accept); // else it takes both or neither
  return hasChoice && takes(accept, json) && !takes(accept, problem) ? "application/json" : "application/problem+json";
}

// A range, and its parameters.
const json = /(?:^|,)\s*application\/json\s*(?:;([^,]*))?(?:,|$)/i;
const problem = /(?:^|,)\s*application\/problem\+json\s*(?:;([^,]*))?(?:,|$)/i;
const application = /(?:^|,)\s*application\/\*\s*(?:;([^,]*))?(?:,|$)/i;
const any = /(?:^|,)\s*\*\/\*\s*(?:;([^,]*))?(?:,|$)/i;

/** The most specific range decides. */
function takes(accept: string, type: RegExp): boolean {
  for (const range of [type, application, any]) {
    const [found, parameters = ""] = range.exec(accept) ?? [];
    if (found !== undefined) return !/(?:^|;)\s*q=0(?:\.0{0,3})?\s*(?:;|$)/i.test(parameters);
  }
  return false;
}
