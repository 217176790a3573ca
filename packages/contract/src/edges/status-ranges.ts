/** Groups folds by their target, with the statuses as ranges. */
export function byTarget(folds: readonly (readonly [status: number, target: number])[]): [target: number, ranges: string][] {
  const targets = new Set(folds.map(([, target]) => target));
  return [...targets].flatMap((target) => {
    const statuses = folds.flatMap(([status, to]) => (to === target ? [status] : []));
    return statusRanges(statuses).map((ranges): [number, string] => [target, ranges]);
  });
}

/** Limits the ranges in a line: HAProxy takes 64 words. */
const rangesPerLine = 16;

/** Writes statuses as ranges, of which each text has at most so many. */
export function statusRanges(statuses: readonly number[]): string[] {
  const known = new Set(statuses);
  const ranges = statuses.flatMap((start) => {
    if (known.has(start - 1)) return [];
    let end = start;
    while (known.has(end + 1)) end++;
    return start === end ? `${start}` : `${start}:${end}`;
  });
  return Array.from({ length: Math.ceil(ranges.length / rangesPerLine) }, (_, line) =>
    ranges.slice(rangesPerLine * line, rangesPerLine * (line + 1)).join(" "),
  );
}
