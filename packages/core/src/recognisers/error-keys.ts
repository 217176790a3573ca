import { isNativeError, isProxy } from "node:util/types";
import { readText, read } from "../util/safe-read.js";

/** Describes what the rules for an error are found by. */
export interface ErrorKeys {
  /** The error's `name`; its class's name where that is just "Error". */
  readonly name: string;
  /** The error's `code` where it is a text; else "". */
  readonly code: string;
  /** Names, among those that some rule looks for, of all members that the error has. It may have fewer. */
  readonly members: ReadonlySet<string>;
}

/** Reads the keys of an error once, for all rules. */
export function keysOf(error: object): ErrorKeys {
  return { name: errorName(error), code: readText(error, "code") ?? "", members: soughtMembersOf(error) };
}

/** Reads an error's name, or the name of its class where the error has none of its own. */
export function errorName(error: unknown): string {
  const name = readText(error, "name");
  if (name !== undefined && name !== "Error") return name;
  const ofClass = read(error, "constructor");
  return (ofClass === Error ? "Error" : readText(ofClass, "name")) ?? ""; // to read a class's name is slow
}

/** Reads a sought member of an error, if it is among its members: to look for one that an error lacks costs more than all others. */
export function readMember(error: object, members: ErrorKeys["members"], name: string): unknown {
  return members.has(name) ? read(error, name) : undefined;
}

/** Whether one of an error's members is among those that a table looks for. Most errors have one member at most, or none. */
export function hasAny(members: ReadonlySet<string>, names: ReadonlySet<string>): boolean {
  if (members.size > 0) for (const name of members) if (names.has(name)) return true;
  return false;
}

/** Lists names of members that rules look for. All are here before the first error comes: tables add theirs when they are loaded. */
const sought = new Set<string>();

/** Adds names of members to those that are looked for, and returns them. */
export function seekMembers(names: Iterable<string>): ReadonlySet<string> {
  const added = new Set(names);
  for (const name of added) sought.add(name);
  return added;
}

/**
 * Gives the sought members that an error may have. Most errors have none, and an error is not asked for some sixty of them one by one, which
 * costs more than all else that is done to recognise it: the names of its own members are listed. An object that is no error may have
 * any number of members, and a Proxy may hide them, so either may have all.
 */
function soughtMembersOf(error: object): ReadonlySet<string> {
  if (!isNativeError(error)) return sought;
  const prototype: unknown = Object.getPrototypeOf(error);
  const inherited = prototype === null ? none : (inheritedMembers.get(prototype as object) ?? inheritedFrom(prototype as object));
  let found: Set<string> | undefined;
  for (const name of Object.getOwnPropertyNames(error)) if (sought.has(name)) found = (found ?? new Set(inherited)).add(name);
  return found ?? inherited;
}

const none: ReadonlySet<string> = new Set();

/** Maps a prototype to the sought members that it has. They are those of code, so no client can add a prototype. */
const inheritedMembers = new WeakMap<object, ReadonlySet<string>>();

function inheritedFrom(prototype: object): ReadonlySet<string> {
  const found = new Set(isPlain(prototype) ? [...sought].filter((name) => name in prototype) : sought);
  const members = found.size === 0 ? none : found;
  inheritedMembers.set(prototype, members);
  return members;
}

/** Whether no Proxy is among an object and its prototypes: what a Proxy has may change. */
function isPlain(object: object | null): boolean {
  for (let link = object; link !== null; link = Object.getPrototypeOf(link) as object | null) if (isProxy(link)) return false;
  return true;
}
