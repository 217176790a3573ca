/**
 * Describes one invalid field of a request (RFC 9457 section 3.1). Its place is one of the first three, or the whole content.
 * @example
 * const describe = ({ pointer, parameter, header, detail }: FieldError) => `${pointer ?? parameter ?? header}: ${detail}`;
 * problem.errors.map(describe); // ["#/items/0/price: Must be a number."]
 */
export interface FieldError {
  /** JSON Pointer as a URI fragment, such as "#/items/0/price". */
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly detail: string;
}

/**
 * Describes an error response. One that is not of the contract has what its head says, and defaults.
 * @example const describe = ({ detail, requestId }: Problem) => `${detail} Please quote ${requestId}.`;
 */
export interface Problem {
  /** URI of the kind of problem. Default "about:blank". */
  readonly type: string;
  /** Short summary of the kind. Default "Status " and the status. */
  readonly title: string;
  /** The response's status, whatever the body says. */
  readonly status: number;
  /** Explanation for people. Default "". */
  readonly detail: string;
  /** The contract's code, `error_code`. Undefined: nobody of the contract wrote the body. */
  readonly code: string | undefined;
  /** Id to quote to support: X-Request-Id, else the body's `request_id`, as a browser may hide the field. */
  readonly requestId: string | undefined;
  /** Path of the request that failed. */
  readonly instance: string | undefined;
  /** Invalid fields. Default []. */
  readonly errors: readonly FieldError[];
  /** Milliseconds from Retry-After, at most 2147483647. Undefined: there was none, it was not valid, or a browser hides it. */
  readonly retryAfter: number | undefined;
  /** Other members of the body. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * Describes the JSON body that a service of the contract sends. Its other members are extensions.
 * @example const { error_code, detail } = (await response.json()) as ProblemBody;
 */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Path of the request, without its query. */
  readonly instance: string;
  readonly error_code: string;
  /** Repeats `detail`, for clients of FunctionGraph. */
  readonly error_msg: string;
  readonly request_id: string;
  readonly errors?: readonly FieldError[];
  readonly [extension: string]: unknown;
}

/** Limits the milliseconds of a timer: a longer one would fire at once. */
export const maxDelay = 2_147_483_647;

/** Creates the problem of a response. A member of the body that has another type than it should is as if absent (RFC 9457 section 3.1). */
export function createProblem(status: number, headers: unknown, body: Readonly<Record<string, unknown>>): Problem {
  const {
    type,
    title,
    status: _status,
    detail,
    instance,
    errors,
    error_code,
    error_msg,
    request_id,
    __proto__: _,
    ...extensions
  } = body;
  return {
    type: stringOf(type) ?? "about:blank",
    title: stringOf(title) ?? `Status ${status}`,
    status,
    detail: stringOf(detail) ?? stringOf(error_msg) ?? "",
    code: stringOf(error_code) || undefined,
    requestId: fieldOf(headers, "x-request-id") ?? stringOf(request_id),
    instance: stringOf(instance),
    errors: Array.isArray(errors) ? errors.filter((error) => isString(error?.detail)).map(fieldErrorOf) : [],
    retryAfter: millisecondsOf(fieldOf(headers, "retry-after")),
    extensions,
  };
}

export const isString = (value: unknown): value is string => typeof value === "string";

const stringOf = (value: unknown) => (isString(value) ? value : undefined);

function fieldErrorOf(error: Readonly<Record<string, unknown>>): FieldError {
  const names = ["pointer", "parameter", "header", "detail"].filter((name) => isString(error[name]));
  return Object.fromEntries(names.map((name) => [name, error[name]])) as unknown as FieldError;
}

/** Reads a field of Headers, or of an object with names in lower case, as Node's are. */
function fieldOf(headers: any, name: string): string | undefined {
  return stringOf(typeof headers?.get === "function" ? headers.get(name) : headers?.[name]);
}

/** Converts Retry-After (RFC 9110 section 10.2.3): seconds, or a date in one of three forms (section 5.6.7), one of which leaves its zone out. */
function millisecondsOf(value = ""): number | undefined {
  const date = /^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(value) ? value.replace(/(?: GMT)?$/, " GMT") : "";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(date) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), maxDelay);
}
