import { charactersPerExtensionValue, maxExtensionDepth, maxExtensions, maxExtensionsCharacters } from "../util/limits.js";
import { firstEntries, read } from "../util/safe-read.js";
import { escapable, withoutControls } from "../util/sanitize.js";

/** Lists keys that turn a client's careless merge into prototype pollution. */
const polluting: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Lists the members of RFC 9457's format, with those of FunctionGraph's. */
export const standardMembers: ReadonlySet<string> = new Set(
  "type title status detail instance error_code error_msg request_id errors".split(" "),
);

/** Lists the members that no extension may have. */
export const reservedMembers: readonly string[] = [...standardMembers, ...polluting];

/** Whether an object has a member that may be no extension. A Proxy that refuses has none. */
export function hasReservedMember(extensions: object): boolean {
  try {
    return reservedMembers.some((name) => Object.hasOwn(extensions, name));
  } catch {
    return false;
  }
}

/**
 * Writes the extensions of a problem as members of a JSON object. Those that repeat another member are left out: a standard
 * member cannot be replaced. Names and texts have no control characters at any depth, whoever chose them. One extension that
 * cannot be written (BigInt, cycle, toJSON or getter that throws) does not affect the others.
 * @example writeExtensions({ order: 17 }, {}) // ['"order":17']
 */
export function writeExtensions(extensions: Readonly<Record<string, unknown>>, others: object): readonly string[] {
  const members: string[] = [];
  for (const name of namesOf(extensions)) {
    if (Object.hasOwn(others, name) || polluting.has(name)) continue;
    const member = writeMember(name, extensions);
    if (member !== undefined) members.push(member);
  }
  return members;
}

/** Lists an object's names. A Proxy that refuses has none. */
function namesOf(extensions: object): readonly string[] {
  try {
    return Object.keys(extensions);
  } catch {
    return [];
  }
}

/** Writes a member; undefined for one that cannot be written. Most are plain texts and numbers, for which there is less to do. */
function writeMember(name: string, extensions: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const value = extensions[name];
    if (isPlainJson(value) && isPlainJson(name)) return typeof value === "string" ? `"${name}":"${value}"` : `"${name}":${value}`;
    const json = JSON.stringify(value, (key, inner: unknown) => (polluting.has(key) ? undefined : inner)) as string | undefined;
    return json === undefined ? undefined : `${JSON.stringify(name)}:${json}`.replace(escapedControls, spaceFor);
  } catch {
    return undefined;
  }
}

/** Whether a value is a finite number, or a text in which JSON escapes nothing. */
function isPlainJson(value: unknown): value is string | number {
  return typeof value === "string" ? !escapable.test(value) : Number.isFinite(value);
}

/** Finds the control characters that sanitize.ts removes, as they are written in JSON; or any other escape, which stays. */
const escapedControls = /(?:\\(?:[bfnrt]|u00[01][\da-f])|[\p{Cc}\p{Bidi_Control}\u2028\u2029])+|\\[^]/gu;

function spaceFor(found: string): string {
  return /^\\(?![bfnrt]|u00[01])/.test(found) ? found : " ";
}

/**
 * Copies the members of an upstream's body that are not standard ones, as data that is fit for hooks and clients: names and texts
 * without control characters, no key that pollutes prototypes, 100 members, 32 levels and 65,536 characters at most. An extension that is
 * deeper, and whatever comes after as many characters, is left out as a whole.
 * @param standard names of the members that are no extensions
 */
export function extensionsOf(
  body: object,
  standard: Pick<ReadonlySet<string>, "has">,
  rules: ExtensionRules = { isHidden: () => false, fitText: withoutControls },
): Readonly<Record<string, unknown>> {
  const extensions: [name: string, value: unknown][] = [];
  const room = { left: maxExtensionsCharacters };
  for (const [name, value] of firstEntries(body, maxExtensionsCharacters / charactersPerExtensionValue)) {
    if (standard.has(name) || polluting.has(name) || rules.isHidden(name)) continue;
    if (extensions.length === maxExtensions) break;
    const fit = cleanCopy(value, maxExtensionDepth, room, rules);
    if ((room.left -= name.length) < 0) break;
    if (fit !== unfit) extensions.push([withoutControls(name), fit]);
  }
  return Object.fromEntries(extensions);
}

const unfit = Symbol("unfit");

/** Decides what of an upstream's extensions is fit for clients. */
interface ExtensionRules {
  /** Whether a member is left out for its name, at any depth. */
  readonly isHidden: (name: string) => boolean;
  /** Makes a text fit; undefined for one that is not, with which its whole extension is left out. */
  readonly fitText: (text: string) => string | undefined;
}

/**
 * Copies JSON data; `unfit` where it is too deep, or too long. Only a handler's own body has an object with a toJSON of its own,
 * which stays as it is.
 */
function cleanCopy(value: unknown, levels: number, room: { left: number }, rules: ExtensionRules): unknown {
  room.left -= charactersPerExtensionValue;
  if (typeof value === "string") {
    room.left -= value.length;
    return room.left < 0 ? unfit : (rules.fitText(value) ?? unfit);
  }
  if (typeof value !== "object" || value === null || typeof read(value, "toJSON") === "function") return value;
  if (levels === 0) return unfit;
  const entries: [name: string, value: unknown][] = [];
  for (const [name, inner] of firstEntries(value, room.left / charactersPerExtensionValue + 1)) {
    if (polluting.has(name) || rules.isHidden(name)) continue;
    const fit = (room.left -= name.length) < 0 ? unfit : cleanCopy(inner, levels - 1, room, rules);
    if (fit === unfit) return unfit;
    entries.push([withoutControls(name), fit]);
  }
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
