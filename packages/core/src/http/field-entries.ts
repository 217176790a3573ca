/** Limits the fields of one error that are examined. */
const maxFields = 100;

type Entry = readonly [name: string, value: unknown];

/**
 * Lists the first fields of headers in any form that fetch or writeHead() takes: a record, an array of pairs, a flat array, or an object
 * with entries such as Headers or a Map. To list all names of a record with a million of them takes a second.
 * @example fieldEntries(new Headers({ "Retry-After": "7" })) // [["retry-after", "7"]]
 */
export function fieldEntries(headers: unknown): readonly Entry[] {
  if (typeof headers !== "object" || headers === null) return [];
  const entries: Entry[] = [];
  try {
    for (const [name, value] of allEntries(headers))
      if (typeof name === "string" && entries.push([name, value]) >= maxFields) break;
  } catch {} // a getter, an iterator or a Proxy that throws: what came before counts
  return entries;
}

type Pairs = Iterable<readonly [name: unknown, value: unknown]>;

function allEntries(headers: object): Pairs {
  if (Array.isArray(headers)) return Array.isArray(headers[0]) ? (headers as [unknown, unknown][]) : flatEntries(headers);
  const { entries } = headers as { entries?: unknown };
  return typeof entries === "function" ? (entries.call(headers) as Pairs) : ownEntries(headers);
}

function* flatEntries(flat: readonly unknown[]): Pairs {
  for (let at = 0; at + 1 < flat.length; at += 2) yield [flat[at], flat[at + 1]];
}

function* ownEntries(headers: object): Pairs {
  for (const name in headers) if (Object.hasOwn(headers, name)) yield [name, (headers as Record<string, unknown>)[name]];
}
