import { validateHeaderValue } from "node:http";
import { writeExtensions } from "../problem/extensions.js";
import type { ProblemBody } from "../problem/problem-body.js";
import type { Problem } from "../problem/problem.js";
import { guardHook } from "../util/guard-hook.js";
import { problemMediaType } from "./media-type.js";

/** Describes the context for a renderer, besides the problem. */
export interface RenderContext {
  /** The request's id, also sent as X-Request-Id. */
  readonly requestId: string;
  /** The request's path, or the one that a service of this contract behind this gateway named. */
  readonly instance: string;
  /** The request's Accept. */
  readonly accept: string | undefined;
  /** Language of the problem's texts, as in Content-Language; undefined without the option `texts`. */
  readonly language: string | undefined;
}

/** Contains a body and its media type. */
export interface Content {
  readonly contentType: string;
  readonly body: string;
}

/**
 * Renders a problem as a body. Header fields of an error response are added to it.
 * @example const renderer: Renderer = ({ detail }) => ({ contentType: "text/plain", body: detail });
 */
export type Renderer = (problem: Problem, context: RenderContext) => Content;

/** Makes the renderer for the option `format`. It never throws: where a user's renderer would, the default format replaces it. */
export function createRender(format: "problem" | "functiongraph" | Renderer): Renderer {
  if (format === "problem") return renderProblem;
  if (format === "functiongraph") return renderFunctionGraph;
  const userRenderer = guardHook("format", format, checkContent);
  return (problem, context) => userRenderer(problem, context) ?? renderProblem(problem, context);
}

function checkContent(content: Content): Content {
  const { contentType, body } = content;
  if (typeof contentType !== "string" || typeof body !== "string")
    throw new TypeError("a renderer returns { contentType: string, body: string }");
  validateHeaderValue("content-type", contentType);
  return { contentType, body };
}

/** Renders RFC 9457's format, with the members that FunctionGraph and API Gateway clients read. */
const renderProblem: Renderer = (problem, { requestId, instance, accept }) => {
  const { type, title, status, detail, code, errors, extensions } = problem;
  const members = { type, title, status, detail, instance, error_code: code, error_msg: detail, request_id: requestId, errors };
  return { contentType: problemMediaType(accept), body: withExtensions(members, extensions) };
};

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
  });
  return JSON.parse(body) as ProblemBody;
}

/** Renders FunctionGraph's own format. */
const renderFunctionGraph: Renderer = ({ code, detail }, { requestId }) => ({
  contentType: "application/json",
  body: JSON.stringify({ error_code: code, error_msg: detail, request_id: requestId }),
});

function withExtensions(members: object, extensions: Problem["extensions"]): string {
  const body = JSON.stringify(members);
  if (extensions === undefined) return body;
  const more = writeExtensions(extensions, members);
  return more.length === 0 ? body : `${body.slice(0, -1)},${more.join(",")}}`;
}
