import type { Finding } from "../problem/finding.js";
import { ProblemError } from "../problem/problem-error.js";

type Value = string | number | boolean;

/** What a function behind an API Gateway trigger returns (FunctionGraph Developer Guide, "Developing a Node.js Event Function"). */
export interface InvocationResult {
  /** 100 to 599. */
  readonly statusCode: number;
  /** Default none. */
  readonly headers?: Readonly<Record<string, Value | readonly Value[] | null | undefined>> | null | undefined;
  /** Default none. */
  readonly body?: string | Uint8Array | null | undefined;
  /** Whether the body is Base64 of what is meant. Default false. */
  readonly isBase64Encoded?: boolean | null | undefined;
}

/** A function that gave no such result, to whoever invoked it: no valid answer (RFC 9110 section 15.6.3). */
export const malformed = {
  status: 502,
  code: "FSS.1202",
  detail: "The function gave no valid response.",
  proxyError: "http_protocol_error",
} as const satisfies Finding;

/** The same to the function itself: its own bug, and the status that FunctionGraph's table gives the code. */
export function ownMalformed(cause: unknown): ProblemError {
  const { code, detail } = malformed;
  return new ProblemError(500, detail, { code, cause });
}

type Check = readonly [takes: string, valid: (value: unknown) => boolean];

/** Absent and null are the same: functions in other languages cannot leave a member out. */
const members: Readonly<Record<keyof InvocationResult, Check>> = {
  statusCode: ["an integer from 100 to 599", (value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599],
  headers: ["a map of strings", (value) => isAbsent(value) || isMap(value)],
  body: ["a string", (value) => isAbsent(value) || typeof value === "string" || value instanceof Uint8Array],
  isBase64Encoded: ["a boolean", (value) => isAbsent(value) || typeof value === "boolean"],
};

/**
 * The members of a function's result, each read once.
 * @throws TypeError that says what is wrong with it, or whatever a hostile one throws
 */
export function checkResult(result: unknown): InvocationResult {
  const given = plain(result);
  const checked = Object.entries(members).map(([name, [takes, valid]]) => {
    const value = given[name];
    if (!valid(value)) throw new TypeError(`The function's result needs ${takes} as its ${name}`);
    return [name, value] as const;
  });
  const { isBase64Encoded, body, ...head } = Object.fromEntries(checked) as unknown as InvocationResult;
  if (isBase64Encoded && typeof body === "string" && !isBase64(body))
    throw new TypeError("The function's result has a body that is no Base64");
  return { isBase64Encoded, body, ...head };
}

/** As the runtime's JSON.stringify() sees it. */
function plain(result: unknown): Record<string, unknown> {
  const { toJSON } = Object(result) as { toJSON?: unknown };
  return Object(typeof toJSON === "function" ? toJSON.call(result) : result) as Record<string, unknown>;
}

const ofFields: ReadonlySet<string> = new Set(["string", "number", "boolean", "undefined"]);

function isMap(value: unknown): boolean {
  if (typeof value !== "object" || Symbol.iterator in value!) return false; // to JSON, Headers or a Map are empty
  return Object.values(value!)
    .flat()
    .every((field) => field === null || ofFields.has(typeof field));
}

/** To the letter, since what decoders skip may be what is wrong; but lines may be broken (RFC 2045 section 6.8). */
function isBase64(body: string): boolean {
  const text = body.replaceAll(/[\r\n]/g, "");
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
