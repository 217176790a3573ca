// What something costs for each octet of what it was given, compared within one run: a machine that is busy is slow with all of it.

/** Octets of a body that is small, and of one that express.json() just takes. */
export const sizes = { small: 8000, large: 96_000 } as const;

/** How many times an octet of the large one may cost what one of the small costs. What is quadratic would cost twelve times as much. */
export const most = 8;

/** Tries, of which the fastest counts. */
const tries = 20;

/** A body that was taken: what is to be done with it, and how many octets it has. */
export interface Taken {
  readonly octets: number;
  readonly act: () => unknown;
}

/** How many times an octet of `large` costs what one of `small` does; only as exactly as needed to decide whether that is below `most`. */
export async function growth(small: Taken, large: Taken): Promise<number> {
  let [least, ofLarge] = [Infinity, Infinity];
  for (let tried = 0; tried < tries && (tried < 3 || isClose(ofLarge / least)); tried++) {
    least = Math.min(least, await price(small));
    ofLarge = Math.min(ofLarge, await price(large));
  }
  return ofLarge / least;
}

/** Whether another try may give more. */
const isClose = (found: number) => found > most && found < 3 * most;

/** Nanoseconds per octet. */
export async function price({ octets, act }: Taken): Promise<number> {
  const started = process.hrtime.bigint();
  await act();
  return Number(process.hrtime.bigint() - started) / octets;
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: Math.max(1, Math.floor(count)) }, (_, index) => make(index));

export const a = (count: number) => "a".repeat(Math.max(1, count));

/** A text in which, compared from either end, only the middle differs from as many of the letter a. */
export const nearly = (length: number, index: number) =>
  a(length / 2) + String.fromCharCode(98 + (index % 20)) + a(length / 2 + index);

export const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
