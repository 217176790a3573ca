import type { Contract, ProblemBody } from "@fg-errors/core";
import { answerOfStatus, foldedStatus } from "../samples.js";
import { statusFields } from "../testing/fields.js";
import { UsageError } from "../usage-error.js";

/** Describes what a server in front of services answers with one status: what core answers for a failure that nothing else is known of. */
export interface EdgeAnswer {
  readonly status: number;
  /** Members in core's order. `instance` and `request_id` are samples: see `edgeBody()`. */
  readonly body: ProblemBody;
  /** Header fields by lower-case name, without those of the content and without X-Request-Id: see `requestIdField`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Names the field that repeats the body's `request_id`. */
export const requestIdField = "x-request-id";

/** Names the fields of an upstream's error that a client needs to read it, or to know when to ask again. */
export const passedFields: readonly string[] = [
  "access-control-allow-credentials",
  "access-control-allow-origin",
  "access-control-expose-headers",
  "ratelimit",
  "ratelimit-policy",
  "vary",
];

/** Lists the fields that belong to a status, but for those between an upstream and this hop (RFC 9110 section 11.7.1). */
export const keptStatusFields: readonly (readonly [status: number, name: string])[] = [...statusFields].flatMap(
  ([status, { name }]) => (name === "proxy-authenticate" ? [] : [[status, name] as const]),
);

/** Lists the fields that an error response loses, whoever has set them: they describe other content, name software, or allow storage. */
export const removedFields: readonly string[] = [
  "accept-ranges",
  "age",
  "etag",
  "expires",
  "last-modified",
  "pragma",
  "server",
  "x-powered-by",
];

/** Names the fields that are the same in every answer. */
export const commonFields: readonly string[] = ["cache-control", "x-content-type-options"];

/** Matches a Retry-After that is kept (RFC 9110 section 10.2.3). */
export const retryAfterForm = "([0-9]{1,9}|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT)";

/** Matches a traceparent, whose second part is an id (W3C Trace Context section 3.2), but for those that `invalidTrace` matches. */
export const traceForm = "^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$";

/** Matches a traceparent of the version ff, or with an id of zeros only. */
export const invalidTrace = "^(ff|..-0{32}|.{36}0{16})-";

/** Lists the codes by which X-Func-Err-Code and X-Inner-Code report a success, as core knows them. */
export const successCodes: readonly string[] = ["0", "200", "200200", "200202", "200204"];

/** Lists an answer for each status that may leave, in ascending order. */
export function edgeAnswers(contract: Contract): readonly EdgeAnswer[] {
  const statuses = new Set(edgeFolds(contract).flatMap(({ own, upstream }) => [own, upstream]));
  return [...statuses]
    .toSorted((one, other) => one - other)
    .map((status) => {
      const { headers, body } = answerOfStatus(contract, status);
      const { "content-type": _type, "content-length": _length, [requestIdField]: _id, ...fields } = headers;
      return { status, body: JSON.parse(body) as ProblemBody, fields };
    });
}

/** Describes where an error status goes: one of the server's own, and one that an upstream answered. */
export interface EdgeFold {
  readonly status: number;
  readonly own: number;
  readonly upstream: number;
}

/** Lists every error status, 400 to 599, with what leaves in its place. */
export function edgeFolds(contract: Contract): readonly EdgeFold[] {
  return Array.from({ length: 200 }, (_, index) => {
    const status = 400 + index;
    return { status, own: foldedStatus(contract, status), upstream: foldedStatus(contract, status, true) };
  });
}

/** Describes how a target writes a body. */
export interface EdgeSyntax {
  /** Names what the target replaces with the request's id, such as `$request_id`. */
  readonly requestId: string;
  /** Names what the target replaces with the request's path, which needs no escape in JSON; or "/" where it knows none. */
  readonly instance: string;
  /**
   * Matches each character, with the flag `g`, that means something to the target. It is sent as `\uXXXX`, which JSON has for it; quotes and
   * backslashes are JSON's own, so that the target has to quote these.
   */
  readonly special: RegExp;
}

/** Writes the body of an answer as JSON text, with the target's variables in it. */
export function edgeBody({ body }: EdgeAnswer, { requestId, instance, special }: EdgeSyntax): string {
  const variables: Readonly<Record<string, string>> = { instance, request_id: requestId };
  const members = Object.entries(body).map(([name, value]) => {
    const text = JSON.stringify(value).replace(special, unicodeEscape);
    return `${JSON.stringify(name)}:${Object.hasOwn(variables, name) ? JSON.stringify(variables[name]) : text}`;
  });
  return `{${members.join(",")}}`;
}

function unicodeEscape(characters: string): string {
  const codes = Array.from(characters, (_, index) => characters.charCodeAt(index).toString(16).padStart(4, "0"));
  return codes.map((code) => `\\u${code}`).join("");
}

/** Makes the error for an answer that a target cannot have, so that the export fails, and not the server that reads its result. */
export function unquotable(target: string, status: number, text: string, why: string): UsageError {
  const start = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new UsageError(`${target} cannot quote a text of status ${status}, ${JSON.stringify(start)}: ${why}`);
}

/** Writes the comment at the head of a generated file: each line behind "#". */
export function edgeComment({ name }: Contract, lines: readonly string[]): string {
  const all = [`Generated by fg-errors from the contract ${JSON.stringify(name)}.`, ...lines];
  return all.map((line) => `# ${line}`.trimEnd()).join("\n");
}

/** Says what a server that reads no content cannot do: two lines of a comment. */
export const headNotes = `- A reply is judged by its head alone. A failure that only the content reports passes, and so does any application/problem+json with a
  status of the contract. A reply that is replaced keeps the fields listed below and loses all others.`;
