import {
  defineContract,
  type CatalogueRow,
  type Contract,
  type ProblemFactory,
  type ProblemRow,
  type Retry,
} from "@fg-errors/core";
import { membersSchema, type JsonSchema } from "./members-schema.js";

/**
 * Names the form of the published document. Its schema is `schema/contract-1.json` of this package.
 * @example JSON.parse(text).$schema === documentSchema
 */
export const documentSchema = "https://fg-errors.github.io/schema/contract-1.json";

/**
 * Describes one problem in a published contract.
 * @example
 * const problems: readonly DocumentedProblem[] = Object.values(contractDocument(shop).problems);
 * const deprecated = problems.filter((problem) => problem.deprecated !== undefined).map(({ code }) => code);
 */
export interface DocumentedProblem {
  readonly code: string;
  readonly type: string;
  readonly status: number;
  readonly title: string;
  /** Text with placeholders: the simple part of ICU MessageFormat. */
  readonly detail: string;
  readonly retry: Retry;
  /** JSON Schema (2020-12) of the members that the body has besides the standard ones; left out where there is none. */
  readonly members?: JsonSchema;
  /** Seconds, sent as Retry-After. */
  readonly retryAfter?: number;
  readonly routine?: boolean;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly docs?: string;
  readonly deprecated?: string;
  readonly owner?: string;
  readonly since?: string;
}

/**
 * Describes a published contract: plain JSON, without code.
 * @example
 * const document: ContractDocument = contractDocument(shop);
 * document.problems["outOfStock"]?.code; // "SHOP.OUT_OF_STOCK"
 */
export interface ContractDocument {
  readonly $schema: typeof documentSchema;
  readonly name: string;
  /** Prefix of the generic codes, `<service>.0<status>`. */
  readonly service: string;
  /** Start of the URIs of the problems. */
  readonly types?: string;
  readonly statuses: Readonly<Record<string, { readonly title: string; readonly description: string }>>;
  /** Status that leaves instead of one that the contract does not document. */
  readonly folds: Readonly<Record<string, number>>;
  /** The same for statuses that an upstream answered. */
  readonly upstreamFolds: Readonly<Record<string, number>>;
  readonly problems: Readonly<Record<string, DocumentedProblem>>;
}

/**
 * Writes a contract as the document that a service publishes. What only code can say (`from`, schemas' own checks) is left out.
 * @example writeFileSync("errors.json", JSON.stringify(contractDocument(shop), null, 2));
 */
export function contractDocument(contract: Contract): ContractDocument {
  const { name, service = "FSS", types, statuses, folds, upstreamFolds, problems = {} } = contract;
  const entries = Object.entries(problems).map(([key, row]) => [key, documentProblem(row)] as const);
  return withoutUndefined({
    $schema: documentSchema,
    name,
    service,
    types,
    statuses: { ...statuses },
    folds: targetsOf(folds),
    upstreamFolds: targetsOf(upstreamFolds),
    problems: Object.fromEntries(entries),
  });
}

function documentProblem(row: CatalogueRow): DocumentedProblem {
  const { code, type, status, title, detail, retry, retryAfter, routine, headers, docs, deprecated, owner, since } = row;
  const members = membersSchema(row);
  return withoutUndefined({
    code,
    type,
    status,
    title,
    detail,
    retry,
    members: Object.keys(members.properties).length > 0 ? members : undefined,
    retryAfter,
    routine,
    headers,
    docs,
    deprecated,
    owner,
    since,
  });
}

function targetsOf(folds: Contract["folds"]): Record<string, number> {
  return Object.fromEntries(Object.entries(folds).map(([status, { to }]) => [status, to]));
}

/** Leaves out members that are undefined, as JSON does. */
function withoutUndefined<T extends object>(object: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

/**
 * Describes a contract whose problems can be made.
 * @example
 * const contract: LoadedContract = contractFromDocument(JSON.parse(readFileSync("errors.json", "utf8")));
 * app.use(fgErrors({ contract }));
 */
export type LoadedContract = Contract & {
  readonly service: string;
  readonly problems: Readonly<Record<string, ProblemFactory<Record<string, unknown>>>>;
};

/**
 * Reads a published document as a contract again.
 * @throws TypeError for a document of another form, with what is wrong
 * @example contractFromDocument(JSON.parse(readFileSync("errors.json", "utf8"))).problems
 */
export function contractFromDocument(document: unknown): LoadedContract {
  const { $schema, name, service, types, statuses, folds, upstreamFolds, problems } = (document ?? {}) as ContractDocument;
  if ($schema !== documentSchema)
    throw new TypeError(`is no contract: $schema is ${JSON.stringify($schema)}, not "${documentSchema}"`);
  const tables = { statuses, folds, upstreamFolds, problems };
  for (const [member, table] of Object.entries(tables))
    if (typeof table !== "object" || table === null) throw new TypeError(`is no contract: ${member} is missing`);
  const base: Contract = { name, service, statuses, folds: foldsOf(folds), upstreamFolds: foldsOf(upstreamFolds) };
  const rows = Object.entries(problems).map(
    ([key, { members, ...row }]) => [key, { ...row, ...schemaOf(members, row.detail) }] as const,
  );
  if (rows.length === 0) return { ...base, service, ...(types !== undefined && { types }), problems: {} };
  return defineContract(base, {
    name,
    service,
    types: types ?? "urn:",
    problems: Object.fromEntries(rows),
  }) as unknown as LoadedContract;
}

const foldsOf = (targets: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(targets).map(([status, to]) => [status, { to, why: "" }]));

/** Gives the schema of the members that the text's placeholders do not name, as a Standard Schema that takes any value. */
function schemaOf(members: JsonSchema | undefined, detail: string): Pick<ProblemRow, "members"> {
  const placeholders = new Set([...detail.matchAll(/\{\s*(\w+)/g)].map(([, name]) => name));
  const others = Object.entries(members?.properties ?? {}).filter(([name]) => !placeholders.has(name));
  if (others.length === 0) return {};
  const schema = {
    ...members,
    properties: Object.fromEntries(others),
    required: members!.required.filter((name) => others.some(([other]) => other === name)),
  };
  return {
    members: {
      "~standard": { validate: (value) => ({ value }), jsonSchema: { input: () => schema, output: () => schema } },
    },
  };
}
