// From a recipe to the value that is thrown.
import { runInNewContext } from "node:vm";
import type { Recipe } from "./thrown.js";

export const secret = "s3cr3t";

const refuse = () => {
  throw new Error(secret);
};

/** Values that throw, never end, or cannot be written down. */
export const bites = {
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  refuses: () =>
    new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse }),
  "answers with itself": () => {
    const proxy: object = new Proxy(() => secret, { get: () => proxy });
    return proxy;
  },
  cyclic: () => {
    const value = new Error(secret);
    return define(value, { cause: value, errors: [value], inner: [value], error: value });
  },
  "throws at every getter": () => {
    const names = ["status", "message", "name", "code", "cause", "path", "errors", "headers", "length", "then", "toString"];
    return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: refuse, enumerable: true }])));
  },
  symbol: () => Symbol(secret),
  function: () => () => secret,
  rejection: () => ({ then: (_resolve: unknown, reject: (reason: unknown) => void) => reject(new Error(secret)) }),
  huge: () => `${secret} `.repeat(100_000).slice(secret.length),
} satisfies Record<string, () => unknown>;

/** What members are put on. */
export const makes = {
  Error: () => new Error(),
  TypeError: () => new TypeError(),
  SyntaxError: () => new SyntaxError(),
  RangeError: () => new RangeError(),
  URIError: () => new URIError(),
  AggregateError: () => new AggregateError([new Error(secret)]),
  DOMException: () => new DOMException(),
  "Error of another realm": () => runInNewContext("new Error()") as object,
  "an error whose message throws": () => Object.defineProperty(new Error(), "message", { get: refuse, configurable: true }),
  object: () => ({}),
  "object without a prototype": () => Object.create(null) as object,
  array: () => [],
  map: () => new Map(),
  function: () => () => secret,
} satisfies Record<string, () => object>;

/** What may have been done to an error before it is thrown. */
export const states = {
  "as it is": (value: object) => value,
  frozen: (value: object) => Object.freeze(value),
  sealed: (value: object) => Object.seal(value),
  "behind a Proxy": (value: object) => new Proxy(value, {}),
  inherited: (value: object) => Object.create(value) as object,
  "as a cause": (cause: object) => new Error(secret, { cause }),
  "within an AggregateError": (value: object) => new AggregateError([value], secret),
  "in a list": (value: object) => [value],
  "its own cause": (value: object) => define(value, { cause: value, errors: [value], originalError: value }),
} satisfies Record<string, (value: object) => unknown>;

/** The value of a recipe, and of all that lies in it. */
export function cook(recipe: unknown): unknown {
  if (Array.isArray(recipe)) return recipe.map(cook);
  if (!isObject(recipe)) return recipe;
  if ("bite" in recipe) return bites[text(recipe.bite) as keyof typeof bites]?.();
  if ("claims" in recipe) return { [Symbol.for("fg-errors.meaning")]: cook(recipe.claims) };
  return isRecipe(recipe)
    ? states[recipe.state](define(makes[recipe.make](), cookAll(recipe.members)))
    : define({}, cookAll(recipe));
}

/** One that was exchanged in part is only data. */
function isRecipe(data: object): data is Recipe {
  const { make, state, members } = data as Recipe;
  return Object.hasOwn(makes, text(make)) && Object.hasOwn(states, text(state)) && isObject(members);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function cookAll(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, cook(value)]));
}

/** Also what an assignment would take for something else, such as `__proto__`. */
function define(value: object, members: object): object {
  for (const [name, member] of Object.entries(members))
    try {
      const enumerable = name !== "stack"; // as an error's own is not
      Object.defineProperty(value, name, { value: member, configurable: true, enumerable, writable: true });
    } catch {} // of an array its length, of something frozen all
  return value;
}
