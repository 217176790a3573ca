import { functionGraph, type Contract } from "@fg-errors/core";
import { isDeepStrictEqual } from "node:util";
import { forbiddenFields, statusFields } from "./fields.js";
import { seenResponse, type SeenResponse } from "./seen-response.js";

/**
 * Describes what a test expects besides the contract.
 * @example
 * const notFound: ExpectedProblem = { status: 404, code: "FSS.0404", detail: /order/ };
 * await assertProblem(await fetch(url), notFound);
 */
export interface ExpectedProblem {
  readonly status?: number;
  /** The member `error_code`. */
  readonly code?: string;
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string | RegExp;
  /** Invalid fields. */
  readonly errors?: readonly object[];
  /** Header fields, by name in any case. */
  readonly headers?: Readonly<Record<string, string | RegExp>>;
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Whether the request's method was HEAD: then there is no content to judge. Default false. */
  readonly head?: boolean;
}

/**
 * Lists what is wrong with an error response. It never throws for what a response says.
 * @param response of fetch, supertest, light-my-request, axios or got, or `{ status, headers, text }`
 * @param expected what the test expects besides the contract
 * @param contract default `functionGraph`
 * @example await problemFaults(await fetch(url), { status: 404 }) // ["cache-control is nothing, not \"no-store\""]
 */
export async function problemFaults(
  response: unknown,
  expected: ExpectedProblem = {},
  contract: Contract = functionGraph,
): Promise<readonly string[]> {
  const seen = await seenResponse(response);
  return seen ? seenFaults(seen, expected, contract) : ["it is no response: it has no status and no headers"];
}

/** Lists what is wrong with a response that was read. */
export function seenFaults(seen: SeenResponse, expected: ExpectedProblem, contract: Contract): readonly string[] {
  const body = expected.head ? undefined : parseBody(seen.text);
  if (typeof body === "string") return [...headFaults(seen, contract), ...expectedFaults(seen, {}, expected), body];
  return [
    ...headFaults(seen, contract),
    ...(body ? bodyFaults(seen, body, contract) : seen.text === "" ? [] : ["a response to HEAD has content"]),
    ...expectedFaults(seen, body ?? {}, expected),
  ];
}

type Body = Readonly<Record<string, unknown>>;

function parseBody(text: string): Body | string {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as Body)
      : `the content is no object: ${show(text)}`;
  } catch {
    return `the content is no JSON: ${show(text)}`;
  }
}

/** Judges status and header fields. */
function headFaults({ status, headers }: SeenResponse, contract: Contract): string[] {
  const faults: string[] = [];
  if (!(status >= 400) || !Object.hasOwn(contract.statuses, status))
    faults.push(`status ${status} is no error status of the contract "${contract.name}"`);
  const mustMatch = (name: string, form: RegExp, wanted: string) => {
    const value = headers.get(name);
    if (value === undefined || !form.test(value)) faults.push(`${name} is ${show(value)}, not ${wanted}`);
  };
  mustMatch("content-type", /^application\/(problem\+)?json$/, "application/problem+json");
  mustMatch("cache-control", /^no-store$/, '"no-store"');
  mustMatch("x-content-type-options", /^nosniff$/, '"nosniff"');
  mustMatch("x-request-id", /^[A-Za-z0-9._-]{1,128}$/, "1 to 128 letters, digits and ._-");
  const own = statusFields.get(status);
  if (own && !(own.isOptional && !headers.has(own.name)))
    mustMatch(own.name, own.form, `what a ${status} requires (${own.source})`);
  const isAllowed = (name: string) => name === own?.name || (name === "content-language" && isNegotiated(headers));
  for (const name of headers.keys())
    if ((!isAllowed(name) && forbiddenFields.has(name)) || name.endsWith("-cache-control"))
      faults.push(`${name} describes content that is gone, or allows its storage`);
  return faults;
}

/** Whether the texts of a response are in a language that the request chose: a Content-Language without that is of what was replaced. */
function isNegotiated(headers: SeenResponse["headers"]): boolean {
  return headers.has("content-language") && /(?:^|,)\s*accept-language\s*(?:,|$)/i.test(headers.get("vary") ?? "");
}

/** Names the members that every body has as texts. */
const textMembers = ["type", "title", "detail", "instance", "error_code", "error_msg", "request_id"] as const;

/** Matches what a terminal or an editor would obey. */
const control = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/** Matches URIs without a scheme that a browser would run; a relative reference is what a gateway's own hooks may choose. */
const typeForm = /^(?:(?:https?:\/\/|urn:|tag:|about:)[!-~]{1,1000}|[^:]{1,1000})$/;

/** Matches a path, or the asterisk that stands in its place: no scheme, no authority, no query. */
const instanceForm = /^(?:\/(?!\/)[!"$->@-~]{0,1999}|\*)$/;

/** Judges the content by RFC 9457 and FunctionGraph's members. */
function bodyFaults({ status, headers, text, isRaw }: SeenResponse, body: Body, contract: Contract): string[] {
  const faults: string[] = [];
  const demand = (isRight: boolean, fault: string) => void (isRight || faults.push(fault));
  for (const name of textMembers)
    demand(typeof body[name] === "string" && body[name] !== "", `${name} is ${show(body[name])}, not a text`);
  const { type, title, instance, detail, error_code: code, error_msg: message, request_id: requestId } = body;
  demand(body["status"] === status, `the member status is ${show(body["status"])}, not ${status}`);
  demand(message === detail, "error_msg is not the same as detail");
  demand(
    requestId === headers.get("x-request-id"),
    `request_id is ${show(requestId)}, and x-request-id ${show(headers.get("x-request-id"))}`,
  );
  const documented = contract.statuses[status]?.title;
  const isTranslated = isNegotiated(headers) && !/^en(?:-|$)/i.test(headers.get("content-language")!);
  if (type === "about:blank" && documented !== undefined && !isTranslated)
    demand(title === documented, `title is ${show(title)}, not ${show(documented)}`);
  if (typeof type === "string") demand(typeForm.test(type), `type is ${show(type)}, not a URI that clients may open`);
  if (typeof instance === "string")
    demand(instanceForm.test(instance), `instance is ${show(instance)}, not a path without query`);
  if (typeof code === "string")
    demand(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(code), `error_code is ${show(code)}, not 1 to 64 of A-Za-z0-9._:-`);
  demand(!textsIn(body).some((each) => control.test(each)), "a text has control characters");
  const length = headers.get("content-length");
  if (isRaw && length !== undefined)
    demand(
      Number(length) === Buffer.byteLength(text),
      `content-length is ${length}, and the content has ${Buffer.byteLength(text)} octets`,
    );
  return faults;
}

/** Lists names and texts at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}

/** Compares with what the test expects. */
function expectedFaults({ status, headers }: SeenResponse, body: Body, expected: ExpectedProblem): string[] {
  const { code, type, title, detail, errors, members = {} } = expected;
  const wanted: readonly (readonly [name: string, wanted: unknown, found: unknown])[] = [
    ["status", expected.status, status],
    ["error_code", code, body["error_code"]],
    ["type", type, body["type"]],
    ["title", title, body["title"]],
    ["detail", detail, body["detail"]],
    ["errors", errors, body["errors"]],
    ...Object.entries(expected.headers ?? {}).map(
      ([name, value]) => [name.toLowerCase(), value, headers.get(name.toLowerCase())] as const,
    ),
    ...Object.entries(members).map(([name, value]) => [name, value, body[name]] as const),
  ];
  return wanted
    .filter(([, value, found]) => value !== undefined && !matches(value, found))
    .map(([name, value, found]) => `${name} is ${show(found)}, not ${value instanceof RegExp ? String(value) : show(value)}`);
}

function matches(wanted: unknown, found: unknown): boolean {
  return wanted instanceof RegExp ? typeof found === "string" && wanted.test(found) : isDeepStrictEqual(wanted, found);
}

/** Shows a value in a fault, in bounded length. */
function show(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value)?.slice(0, 120) ?? typeof value);
}
