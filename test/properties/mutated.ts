// What is nearly right: data with a few of its parts exchanged.
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";

type Path = readonly (string | number)[];

/** Some data of a table's in which up to three members, at any depth, are others, or gone. */
export function mutated(table: readonly unknown[], other: Arbitrary<unknown>): Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(1000), to: fc.option(other, { nil: undefined }) });
  return fc
    .tuple(fc.constantFrom(...table), fc.array(change, { maxLength: 3 }))
    .map(([data, changes]) => changes.reduce((changed, { at, to }) => changeAt(changed, at, to), data));
}

function changeAt(data: unknown, at: number, to: unknown): unknown {
  const places = placesOf(data);
  return replace(data, places[at % places.length]!, to);
}

function placesOf(data: unknown, path: Path = []): Path[] {
  if (typeof data !== "object" || data === null) return [path];
  return [path, ...Object.entries(data).flatMap(([key, value]) => placesOf(value, [...path, key]))];
}

function replace(data: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  const copy = Array.isArray(data) ? [...data] : { ...(data as object) };
  const value = replace((data as Record<string, unknown>)[key], rest, to);
  return Object.defineProperty(copy, key, { value, configurable: true, enumerable: true, writable: true });
}
