import { validateHeaderValue } from "node:http";
import { hopByHopFields } from "../http/header-fields.js";
import { isField } from "../http/is-field.js";
import { writeExtensions } from "../problem/extensions.js";
import type { ProblemBody } from "../problem/problem-body.js";
import type { Problem } from "../problem/problem.js";
import { guardHook } from "../util/guard-hook.js";
import { read } from "../util/safe-read.js";
import { escapable } from "../util/sanitize.js";
import { problemMediaType } from "./media-type.js";

/**
 * Describes the context for a renderer, besides the problem.
 * @example
 * const format = ({ title }: Problem, { requestId }: RenderContext) => ({ contentType: "text/plain", body: `${title} (${requestId})` });
 * app.use(fgErrors({ format }));
 */
export interface RenderContext {
  /** The request's id, also sent as X-Request-Id: letters, digits, ".", "_" and "-", which need no escape in JSON, HTML or a field. */
  readonly requestId: string;
  /** The request's path, or the one that a service of this contract behind this gateway named. */
  readonly instance: string;
  /** The request's Accept. */
  readonly accept: string | undefined;
  /** Language of the problem's texts, as in Content-Language; undefined without the option `texts`. */
  readonly language: string | undefined;
  /** Retry-After as it is sent: seconds, or a date. */
  readonly retryAfter: string | undefined;
}

/**
 * Contains a body and its media type.
 * @example
 * const content: Content = { contentType: "text/plain; charset=utf-8", body: "Something went wrong." };
 * app.use(fgErrors({ format: () => content }));
 */
export interface Content {
  readonly contentType: string;
  readonly body: string;
  /**
   * Further header fields: they replace those that were set before, but for Vary, which is extended. None may concern the connection, and those
   * that every error has stay, such as Cache-Control.
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Renders a problem as a body. Header fields of an error response are added to it.
 * @example const renderer: Renderer = ({ detail }) => ({ contentType: "text/plain", body: detail });
 */
export type Renderer = (problem: Problem, context: RenderContext) => Content;

/** Gives the name of the format that an answer has which no renderer of a user takes part in. */
export function plainFormat(format: "problem" | "functiongraph" | Renderer): "problem" | "functiongraph" {
  const name: unknown = typeof format === "function" ? read(format, "inner") : format;
  return name === "functiongraph" ? name : "problem";
}

/** Makes the renderer for the option `format`. It never throws: where a user's renderer would, the default format replaces it. */
export function createRender(format: "problem" | "functiongraph" | Renderer): Renderer {
  if (format === "problem") return renderProblem;
  if (format === "functiongraph") return renderFunctionGraph;
  const userRenderer = guardHook("format", format, checkContent);
  return (problem, context) => userRenderer(problem, context) ?? renderProblem(problem, context);
}

function checkContent(content: Content): Content {
  const { contentType, body, headers } = content;
  if (typeof contentType !== "string" || typeof body !== "string")
    throw new TypeError("a renderer returns { contentType: string, body: string }");
  validateHeaderValue("content-type", contentType);
  return headers === undefined ? { contentType, body } : { contentType, body, headers: checkFields(headers) };
}

function checkFields(headers: object): Record<string, string> {
  const fields = Object.entries(headers).map(([name, value]: [string, unknown]) => [name.toLowerCase(), value] as const);
  for (const [name, value] of fields)
    if (typeof value !== "string" || !isField(name, value) || hopByHopFields({}).has(name))
      throw new TypeError(`a renderer gives header fields that may be sent, and ${name} is none`);
  return Object.fromEntries(fields) as Record<string, string>;
}

/** Renders RFC 9457's format, with the members that FunctionGraph and API Gateway clients read. */
const renderProblem: Renderer = (problem, { requestId, instance, accept }) => {
  const { errors, extensions } = problem;
  const { start, text, middle } = sharedParts(problem);
  const fields = errors === undefined ? "" : `,"errors":${JSON.stringify(errors)}`;
  const more = extensions === undefined ? "" : extensionMembers(extensions);
  const body = `${start}${text}","instance":"${escaped(instance)}${middle}${text}","request_id":"${requestId}"${fields}${more}}`;
  return { contentType: problemMediaType(accept), body };
};

/** Contains the JSON that bodies of the same texts share. */
interface SharedParts extends Pick<Problem, "type" | "title" | "code" | "detail"> {
  /** Up to the detail. */
  readonly start: string;
  /** The detail. */
  readonly text: string;
  /** From behind the instance to the detail's copy. */
  readonly middle: string;
}

/** Maps a status to the parts of its last body: most problems of a status differ in nothing but their detail, if in that. */
const lastParts = new Map<number, SharedParts>();

function sharedParts(problem: Problem): SharedParts {
  const { type, title, status, code, detail } = problem;
  const last = lastParts.get(status);
  const same = last && last.code === code && last.type === type && last.title === title ? last : undefined;
  if (same && same.detail === detail) return same;
  const text = escaped(detail);
  const kept = JSON.parse(`"${text}"`) as string; // a copy, as below
  const parts = { ...(same ?? partsOf(problem)), detail: kept, text: text === detail ? kept : text };
  lastParts.set(status, parts);
  return parts;
}

/** Writes the parts that do not depend on the detail. Texts are copied: each may be a part of a large one, which it would keep in memory. */
function partsOf({ type, title, status, code }: Problem): Omit<SharedParts, "detail" | "text"> {
  const start = `${JSON.stringify({ type, title, status }).slice(0, -1)},"detail":"`;
  const middle = `","error_code":${JSON.stringify(code)},"error_msg":"`;
  return { ...(JSON.parse(JSON.stringify({ type, title, code })) as Pick<Problem, "type" | "title" | "code">), start, middle };
}

/** Writes a text as JSON does between its quotes. */
function escaped(text: string): string {
  return escapable.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

/**
 * Gives the members of the default format as plain data, whatever the extensions are.
 * @param path of the request, unless the problem names another
 */
export function bodyMembers(problem: Problem, requestId: string, path: string): ProblemBody {
  const { body } = renderProblem(problem, {
    requestId,
    instance: problem.instance ?? path,
    accept: undefined,
    language: undefined,
    retryAfter: undefined,
  });
  return JSON.parse(body) as ProblemBody;
}

/** Renders FunctionGraph's own format. */
const renderFunctionGraph: Renderer = ({ code, detail }, { requestId }) => ({
  contentType: "application/json",
  body: JSON.stringify({ error_code: code, error_msg: detail, request_id: requestId }),
});

/** Has the names of the members that no extension replaces. */
const ownMembers = {
  type: 0,
  title: 0,
  status: 0,
  detail: 0,
  instance: 0,
  error_code: 0,
  error_msg: 0,
  request_id: 0,
  errors: 0,
} satisfies Record<string, 0>;

function extensionMembers(extensions: NonNullable<Problem["extensions"]>): string {
  let members = "";
  for (const member of writeExtensions(extensions, ownMembers)) members += `,${member}`;
  return members;
}
