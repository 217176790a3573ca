const text = `[${'{"a":"b"},'.repeat(10_000)}0]`;

/** Milliseconds that it takes to parse that text on the machine for which the absolute targets were chosen; test/patience.ts has the same. */
const known = 1.25;

/**
 * Measures how many times as long known work takes here as on that machine: a target in microseconds or milliseconds is multiplied by it. Of
 * many tries the fastest counts.
 */
export function measurePace() {
  let least = Infinity;
  for (let tries = 0; tries < 40; tries++) {
    const started = performance.now();
    JSON.parse(text);
    least = Math.min(least, performance.now() - started);
  }
  return Math.max(1, least / known);
}
