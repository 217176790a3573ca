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
  if (Array.isArray(headers) && !Array.isArray(headers[0])) {
    for (let at = 0; at + 1 < headers.length; at += 2) if (collectEntry(entries, headers[at], headers[at + 1])) return;
  } else if (Array.isArray(headers) || typeof (headers as { entries?: unknown }).entries === "function") {
    const pairs = Array.isArray(headers) ? headers : (headers as { entries(): unknown }).entries();
    for (const [name, value] of pairs as Pairs) if (collectEntry(entries, name, value)) return;
  } else {
    for (const name in headers)
      if (Object.hasOwn(headers, name) && collectEntry(entries, name, (headers as Record<string, unknown>)[name])) return;
  }
}

type Pairs = Iterable<readonly [name: unknown, value: unknown]>;

/** Adds a field. Returns whether no more may be added. */
function collectEntry(entries: Entry[], name: unknown, value: unknown): boolean {
  return typeof name === "string" && entries.push([name, value]) >= maxFields;
}
