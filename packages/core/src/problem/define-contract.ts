import type { CatalogueRow } from "../contract/catalogue-row.js";
import type { Contract } from "../contract/contract.js";
import { mayHaveMembers, read } from "../util/safe-read.js";
import { catalogueMembers, type GivenMembers } from "./catalogue-members.js";
import { domainIndexOf } from "./domain-index.js";
import { parseMessage, type Simplify } from "./message-format.js";
import { findingSymbol, ProblemError } from "./problem-error.js";
import type { ProblemErrorOptions } from "./problem-options.js";
import { fieldsOf, isTypeUri, resolveRow, type ProblemRow } from "./problem-row.js";

/**
 * Describes a catalogue.
 * @example
 * const definition: CatalogueDefinition<Record<string, ProblemRow>> = {
 *   service: "SHOP",
 *   types: "https://errors.example.com/shop/",
 *   problems: { soldOut: { status: 409, title: "Sold out", detail: "None are left." } },
 * };
 */
export interface CatalogueDefinition<Rows> {
  /** Prefix of the codes: an upper-case letter, then such letters and digits. It is the default of the option `service`, too. */
  readonly service: string;
  /** Start of the problems' URIs: https, tag or urn, constant, ending with "/", "#" or ":". */
  readonly types: string;
  /** The problems by key. */
  readonly problems: Rows;
  /** Name of the contract. Default: `service` in lower case. */
  readonly name?: string;
}

type AnyRows = Readonly<Record<string, ProblemRow>>;

/**
 * Describes a contract with a catalogue of problems.
 * @example
 * const prefixOf = ({ service }: DefinedContract<unknown>) => service;
 * prefixOf(shop); // "SHOP"
 */
export interface DefinedContract<Problems> extends Omit<Contract, "problems"> {
  readonly service: string;
  readonly types: string;
  readonly problems: Problems;
}

/**
 * Gives the problems that rows define.
 * @example
 * const rows = { soldOut: { status: 409, title: "Sold out", detail: "No {sku} are left." } } as const;
 * type Problems = ProblemsOf<typeof rows>; // { soldOut: ProblemFactory<{ sku: string }> }
 */
export type ProblemsOf<Rows> = {
  readonly [Key in keyof Rows]: Rows[Key] extends { readonly detail: infer Detail extends string }
    ? ProblemFactory<GivenMembers<Detail, Rows[Key] extends { readonly members: infer Schema } ? Schema : undefined>>
    : never;
};

/** Gives the problems of the contract that a catalogue extends. */
type InheritedProblems<Base> = Base extends { readonly problems: infer Problems extends object } ? Problems : unknown;

/**
 * Describes options of one error of a catalogue.
 * @example
 * const options: CatalogueErrorOptions = { cause: error, retryAfter: 60 };
 * throw shop.problems.outOfStock({ sku: "A-1", left: 2 }, options);
 */
export interface CatalogueErrorOptions extends Pick<ProblemErrorOptions, "cause" | "errors" | "headers" | "stack"> {
  /** Seconds, sent as Retry-After instead of the row's. */
  readonly retryAfter?: number;
}

/**
 * Describes a row that makes the errors that mean it.
 * @example
 * const outOfStock: ProblemFactory<{ left: number; sku: string }> = shop.problems.outOfStock;
 * if (outOfStock.is(error)) console.log(error.extensions.left);
 */
export interface ProblemFactory<Members> extends CatalogueRow {
  /**
   * Makes the error.
   * @throws TypeError when a member is missing or of another type
   * @example throw shop.problems.outOfStock({ sku: "A-1", left: 2 });
   */
  (
    ...args: keyof Members extends never ? [members?: object, options?: CatalogueErrorOptions] : [Members, CatalogueErrorOptions?]
  ): ProblemError;
  /** Whether a value is an error or a `Problem` of this row. */
  readonly is: <Value>(
    value: Value,
  ) => value is Value & { readonly code: string; readonly extensions: Simplify<SentMembers<Members>> };
}

/** Gives the members as they are sent: a Date is a text there. */
type SentMembers<Members> = { readonly [Name in keyof Members]: Exclude<Members[Name], Date> };

/**
 * Defines a contract with the problems that an organisation's services share. The result is a contract and goes wherever one goes.
 * @param base the contract with the statuses; its own problems, if it has any, are in the result as well
 * @returns the contract; `problems` has a function for each row, which makes the error to throw
 * @throws TypeError when anything is wrong, naming the row, the member and what it takes
 * @example
 * const shop = defineContract(functionGraph, {
 *   service: "SHOP",
 *   types: "https://errors.example.com/shop/",
 *   problems: { outOfStock: { status: 409, title: "Out of stock", detail: "Only {left, number} of {sku} are left." } },
 * });
 * throw shop.problems.outOfStock({ sku: "A-1", left: 2 });
 */
export function defineContract<Base extends Contract, const Rows extends AnyRows>(
  base: Base,
  definition: CatalogueDefinition<Rows>,
): DefinedContract<InheritedProblems<Base> & ProblemsOf<Rows>> {
  const { service, types, problems, name = String(service).toLowerCase() } = definition;
  checkDefinition(definition);
  const inherited = base.problems ?? {};
  const factories = Object.entries(problems).map(([key, row]) => {
    if (Object.hasOwn(inherited, key)) throw new TypeError(`defineContract: "${base.name}" has a problem ${key} already`);
    return [key, createFactory(resolveRow(key, row, base, service, types))] as const;
  });
  const all: Record<string, CatalogueRow> = { ...inherited, ...Object.fromEntries(factories) };
  checkCodes(Object.values(all));
  domainIndexOf(all);
  return { ...base, name, service, types, problems: all as InheritedProblems<Base> & ProblemsOf<Rows> };
}

function checkDefinition({ service, types, problems, name, ...others }: CatalogueDefinition<AnyRows>): void {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new TypeError(`defineContract: there is no member "${unknown}"; it takes service, types, problems, name`);
  if (typeof service !== "string" || !/^[A-Z][A-Z0-9]{0,31}$/.test(service))
    throw new TypeError('defineContract: service takes an upper-case letter, then such letters and digits, such as "SHOP"');
  if (!isTypeUri(types) || !/[/#:]$/.test(types))
    throw new TypeError(
      'defineContract: types takes a constant URI with the scheme https, tag or urn that ends with "/", "#" or ":"',
    );
  if (typeof problems !== "object" || problems === null || Array.isArray(problems))
    throw new TypeError("defineContract: problems takes an object of rows");
  if (name !== undefined && (typeof name !== "string" || name === "")) throw new TypeError("defineContract: name takes a text");
}

/** Refuses a code that names two problems, and two keys that differ in case alone: URIs and generated types would be the same. */
function checkCodes(rows: readonly CatalogueRow[]): void {
  const keys = new Map<string, string>();
  const ownKeys = new Map<string, string>();
  for (const { key, code } of rows) {
    if (keys.has(code)) throw new TypeError(`defineContract: ${key}.code is ${code}, and so is that of ${keys.get(code)}`);
    keys.set(code, key);
    const other = ownKeys.get(key.toLowerCase());
    if (other !== undefined) throw new TypeError(`defineContract: ${key} differs from ${other} in case alone`);
    ownKeys.set(key.toLowerCase(), key);
  }
}

function createFactory(row: CatalogueRow): ProblemFactory<object> {
  const { status, code, type, title, routine } = row;
  const { format } = parseMessage(row.detail);
  const headers = fieldsOf(row);
  const readMembers = catalogueMembers(row);

  function create(given: unknown = {}, { retryAfter, headers: more, ...options }: CatalogueErrorOptions = {}): ProblemError {
    const extensions = readMembers(given);
    const after = retryAfter === undefined ? undefined : { "retry-after": retryAfter };
    const fields = headers || more || after ? { ...headers, ...more, ...after } : undefined;
    return new ProblemError(status, format(extensions), {
      ...options,
      code,
      type,
      title,
      extensions,
      ...(fields && { headers: fields }),
      ...(routine && { routine }),
    });
  }

  const is = (value: unknown) => mayHaveMembers(value) && (read(value, findingSymbol, "code") ?? read(value, "code")) === code;
  return Object.assign(create, row, { is }) as unknown as ProblemFactory<object>;
}
