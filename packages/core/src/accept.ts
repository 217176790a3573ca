/** The media type for an error body: problem+json, unless Accept takes application/json but not that (RFC 9457 section 3, RFC 9110 section 12.5.1). */
export function problemMediaType(accept: unknown): "application/problem+json" | "application/json" {
  if (typeof accept !== "string" || accept === "*/*") return "application/problem+json";
  const ranges = accept.toLowerCase().split(",").map(parseRange);
  return takes(ranges, "application/json") && !takes(ranges, "application/problem+json")
    ? "application/json"
    : "application/problem+json";
}

interface Range {
  readonly type: string;
  readonly refused: boolean;
}

function parseRange(range: string): Range {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
  return { type, refused: parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter)) };
}

/** The most specific range decides. */
function takes(ranges: readonly Range[], type: string): boolean {
  for (const candidate of [type, "application/*", "*/*"]) {
    const range = ranges.find((each) => each.type === candidate);
    if (range) return !range.refused;
  }
  return false;
}
