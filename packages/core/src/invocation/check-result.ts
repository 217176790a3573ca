import type { Finding } from "../problem/finding.js";
import { ProblemError } from "../problem/problem-error.js";
import { ownTexts } from "../problem/own-texts.js";

type Value = string | number | boolean;

/**
 * Describes the result of a function behind an API Gateway trigger (FunctionGraph Developer Guide, "Developing a Node.js Event Function").
 * @example
 * const result: InvocationResult = { statusCode: 200, headers: { "Content-Type": "text/plain" }, body: "an order" };
 * await relay(response, fromInvocation(result));
 */
export interface InvocationResult {
  /** 100 to 599. */
  readonly statusCode: number;
  /** Default none. */
  readonly headers?: Readonly<Record<string, Value | readonly Value[] | null | undefined>> | null | undefined;
  /** Default none. */
  readonly body?: string | Uint8Array | null | undefined;
  /** Whether the body is the Base64 of the content. Default false. */
  readonly isBase64Encoded?: boolean | null | undefined;
}

/** Describes, as a finding, a function without a valid result. For its invoker it gave no valid answer (RFC 9110 section 15.6.3). */
export const malformedResult = {
  status: 502,
  code: "FSS.1202",
  detail: ownTexts["function-response-not-valid"],
  proxyError: "http_protocol_error",
} as const satisfies Finding;

/** Makes the error for the same fault inside the function itself: its own bug, with the status that FunctionGraph's table gives the code. */
export function ownMalformed(cause: unknown): ProblemError {
  const { code, detail } = malformedResult;
  return new ProblemError(500, detail, { code, cause });
}

type Check = readonly [takes: string, valid: (value: unknown) => boolean];

/** Checks each member. Absent and null are the same: functions in other languages cannot leave a member out. */
const resultMembers: Readonly<Record<keyof InvocationResult, Check>> = {
  statusCode: ["an integer from 100 to 599", (value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599],
  headers: ["a map of strings", (value) => isAbsent(value) || isFieldMap(value)],
  body: ["a string", (value) => isAbsent(value) || typeof value === "string" || value instanceof Uint8Array],
  isBase64Encoded: ["a boolean", (value) => isAbsent(value) || typeof value === "boolean"],
};

/**
 * Checks the members of a function's result, each of which is read once.
 * @throws TypeError that names the wrong member and what it accepts, or whatever a hostile result throws
 */
export function checkResult(result: unknown): InvocationResult {
  const given = serialisedForm(result);
  const checked = Object.entries(resultMembers).map(([name, [takes, valid]]) => {
    const value = given[name];
    if (!valid(value)) throw new TypeError(`The function's result needs ${takes} as its ${name}`);
    return [name, value] as const;
  });
  const { isBase64Encoded, body, ...head } = Object.fromEntries(checked) as unknown as InvocationResult;
  if (isBase64Encoded && typeof body === "string" && !isBase64(body))
    throw new TypeError("The function's result has a body that is no Base64");
  return { isBase64Encoded, body, ...head };
}

/** Returns the result as the runtime's JSON.stringify() sees it. */
function serialisedForm(result: unknown): Record<string, unknown> {
  const { toJSON } = Object(result) as { toJSON?: unknown };
  return Object(typeof toJSON === "function" ? toJSON.call(result) : result) as Record<string, unknown>;
}

const fieldTypes: ReadonlySet<string> = new Set(["string", "number", "boolean", "undefined"]);

function isFieldMap(value: unknown): boolean {
  if (typeof value !== "object" || Symbol.iterator in value!) return false; // JSON has no members of Headers or of a Map
  return Object.values(value!)
    .flat()
    .every((field) => field === null || fieldTypes.has(typeof field));
}

/**
 * Whether a text is valid Base64. Characters that a decoder would skip are not valid, since they may be the mistake; line breaks are (RFC
 * 2045 section 6.8).
 */
function isBase64(body: string): boolean {
  const text = body.replaceAll(/[\r\n]/g, "");
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** Whether a member is left out: null, or undefined. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
