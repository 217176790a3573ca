import { firstEntries, read } from "../util/safe-read.js";
import { withoutControls } from "../util/sanitize.js";

/** Keys that turn a client's careless merge into prototype pollution. */
const polluting: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Writes the extensions of a problem as members of a JSON object, without those that others have: a standard member cannot be replaced.
 * Names and texts have no control characters at any depth, whoever chose them. One extension that cannot be written (BigInt, cycle,
 * toJSON or getter that throws) does not cost the others.
 * @example writeExtensions({ order: 17 }, {}) // ['"order":17']
 */
export function writeExtensions(extensions: Readonly<Record<string, unknown>>, others: object): readonly string[] {
  return namesOf(extensions)
    .filter((name) => !Object.hasOwn(others, name) && !polluting.has(name))
    .flatMap((name) => write(name, extensions));
}

/** None of a Proxy that refuses to tell. */
function namesOf(extensions: object): readonly string[] {
  try {
    return Object.keys(extensions);
  } catch {
    return [];
  }
}

function write(name: string, extensions: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    const value = JSON.stringify(extensions[name], (key, inner: unknown) => (polluting.has(key) ? undefined : inner));
    return value === undefined ? [] : [`${JSON.stringify(name)}:${value}`.replace(controls, spaced)];
  } catch {
    return [];
  }
}

/** What text.ts takes out of a message, as it is written in JSON; or any other escape, which stays. */
const controls = /(?:\\(?:[bfnrt]|u00[01][\da-f])|[\p{Cc}\p{Bidi_Control}\u2028\u2029])+|\\[^]/gu;

function spaced(found: string): string {
  return /^\\(?![bfnrt]|u00[01])/.test(found) ? found : " ";
}

/** Levels of an upstream's extension. */
const deepest = 32;

/** Characters of all extensions of an upstream: as many as are read of its body unless an option says otherwise. */
const most = 65_536;

/** What a value costs besides the characters of its text. */
const perValue = 8;

/**
 * The members of an upstream's body that are not standard ones, as data that is fit for hooks and clients: names and texts without control
 * characters, 32 levels and 65,536 characters at most. An extension that is deeper, and whatever comes after as many, is left out as a whole.
 * @param standard names of the members that are no extensions
 */
export function extensionsOf(body: object, standard: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  const extensions: [name: string, value: unknown][] = [];
  const room = { left: most };
  for (const [name, value] of firstEntries(body, most / perValue)) {
    if (standard.has(name)) continue;
    const fit = cleaned(value, deepest, room);
    if ((room.left -= name.length) < 0) break;
    if (fit !== unfit) extensions.push([withoutControls(name), fit]);
  }
  return Object.fromEntries(extensions);
}

const unfit = Symbol("unfit");

/** A copy of JSON data; `unfit` where it is too deep, or there is no room. Only a handler's own body has what writes itself, as it is. */
function cleaned(value: unknown, levels: number, room: { left: number }): unknown {
  room.left -= perValue;
  if (typeof value === "string") {
    room.left -= value.length;
    return room.left < 0 ? unfit : withoutControls(value);
  }
  if (typeof value !== "object" || value === null || typeof read(value, "toJSON") === "function") return value;
  if (levels === 0) return unfit;
  const entries: [name: string, value: unknown][] = [];
  for (const [name, inner] of firstEntries(value, room.left / perValue + 1)) {
    const fit = (room.left -= name.length) < 0 ? unfit : cleaned(inner, levels - 1, room);
    if (fit === unfit) return unfit;
    entries.push([withoutControls(name), fit]);
  }
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
