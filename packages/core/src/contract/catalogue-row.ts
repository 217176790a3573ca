/**
 * Says when a client may send the same request again: never; if its method is idempotent (RFC 9110 section 9.2.2); or always, since the request had no effect.
 * @example const retry: Retry = shop.problems.outOfStock.retry; // "never"
 */
export type Retry = "never" | "idempotent" | "always";

/**
 * Names the kinds of values that a placeholder of a text takes.
 * @example const kind: PlaceholderKind | undefined = shop.problems.outOfStock.placeholders["left"]; // "number"
 */
export type PlaceholderKind = "string" | "number" | "date";

/**
 * Names errors of a domain: a class, a `name` or `code`, or a predicate.
 * @example const from: DomainError[] = [RangeError, "SequelizeUniqueConstraintError", (error: { errno?: number }) => error.errno === 19];
 */
export type DomainError = (abstract new (...args: never[]) => unknown) | string | ((error: never) => boolean);

/** Writes a schema as JSON Schema. It throws where the dialect cannot say what the schema says. */
type WriteJsonSchema = (options: { readonly target: "draft-2020-12" | "openapi-3.0" }) => object;

/**
 * Describes the part of Standard Schema and of Standard JSON Schema that is used here.
 * @example const members: StandardSchema = z.object({ left: z.number() });
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly validate: (value: unknown) => unknown;
    readonly jsonSchema?: { readonly input: WriteJsonSchema; readonly output: WriteJsonSchema } | undefined;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/**
 * Describes one problem of an organisation's catalogue, with all defaults filled in.
 * @example
 * const row: CatalogueRow = shop.problems.outOfStock;
 * row.code; // "SHOP.OUT_OF_STOCK"
 */
export interface CatalogueRow {
  /** Name of the row. */
  readonly key: string;
  /** An error status of the contract. */
  readonly status: number;
  /** Sent as `title`. */
  readonly title: string;
  /** Sent as `detail`, with its placeholders filled in. */
  readonly detail: string;
  /** Sent as `error_code`. */
  readonly code: string;
  /** Sent as `type`. */
  readonly type: string;
  readonly retry: Retry;
  /** Members of the body that the placeholders of `detail` name. */
  readonly placeholders: Readonly<Record<string, PlaceholderKind>>;
  /** Schema of further members. */
  readonly members?: StandardSchema | undefined;
  /** Seconds, sent as Retry-After. */
  readonly retryAfter?: number | undefined;
  /** Whether no operator needs a report, though it is a 5xx. */
  readonly routine?: boolean | undefined;
  /** Header fields of the response. */
  readonly headers?: Readonly<Record<string, string | number>> | undefined;
  /** Meaning of the problem and what to do about it, in Markdown. */
  readonly docs?: string | undefined;
  /** Whether the problem will be removed, and what replaces it. */
  readonly deprecated?: string | undefined;
  readonly owner?: string | undefined;
  /** Version of the service that had the problem first. */
  readonly since?: string | undefined;
  /** Errors of the domain that mean this problem. */
  readonly from?: DomainError | readonly DomainError[] | undefined;
}
