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
    collectEntries(entries, headers);
  } catch {} // a getter, an iterator or a Proxy that throws: what came before counts
  return entries;
}

function collectEntries(entries: Entry[], headers: object): void {
  const pairs = pairsIn(headers);
  if (pairs) {
    for (const [name, value] of pairs) if (collectEntry(entries, name, value)) return;
  } else if (Array.isArray(headers)) {
    for (let at = 0; at + 1 < headers.length; at += 2) if (collectEntry(entries, headers[at], headers[at + 1])) return;
  } else {
    for (const name in headers)
      if (Object.hasOwn(headers, name) && collectEntry(entries, name, (headers as Record<string, unknown>)[name])) return;
  }
}

/** Returns the pairs of headers that have such; undefined for a record and a flat array. */
function pairsIn(headers: object): Iterable<readonly [name: unknown, value: unknown]> | undefined {
  if (Array.isArray(headers)) return Array.isArray(headers[0]) ? headers : undefined;
  const { entries } = headers as { entries?: unknown };
  return typeof entries === "function" ? (entries.call(headers) as ReturnType<typeof pairsIn>) : undefined;
}

/** Adds a field. Returns whether no more may be added. */
function collectEntry(entries: Entry[], name: unknown, value: unknown): boolean {
  return typeof name === "string" && entries.push([name, value]) >= maxFields;
}
