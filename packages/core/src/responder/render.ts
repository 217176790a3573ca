import { validateHeaderValue } from "node:http";
import { writeExtensions } from "../problem/extensions.js";
import type { Problem } from "../problem/problem.js";
import { guard } from "../util/guard-hook.js";
import { problemMediaType } from "./media-type.js";

/** What a renderer may need besides the problem. */
export interface RenderContext {
  /** Sent as X-Request-Id too. */
  readonly requestId: string;
  /** The request's path, or the one that a service of this contract further on has said. */
  readonly instance: string;
  /** The request's Accept. */
  readonly accept: string | undefined;
}

/** A body, and what it is. */
export interface Content {
  readonly contentType: string;
  readonly body: string;
}

/** A body format. */
export type Renderer = (problem: Problem, context: RenderContext) => Content;

/** The renderer for the option `format`; it never throws: where it would, the default format takes over. */
export function createRender(format: "problem" | "functiongraph" | Renderer): Renderer {
  if (format === "problem") return renderProblem;
  if (format === "functiongraph") return renderFunctionGraph;
  const own = guard("format", format, checkContent);
  return (problem, context) => own(problem, context) ?? renderProblem(problem, context);
}

function checkContent(content: Content): Content {
  const { contentType, body } = content;
  if (typeof contentType !== "string" || typeof body !== "string")
    throw new TypeError("a renderer returns { contentType: string, body: string }");
  validateHeaderValue("content-type", contentType);
  return { contentType, body };
}

/** RFC 9457, with the members that FunctionGraph and API Gateway clients read. */
const renderProblem: Renderer = (problem, { requestId, instance, accept }) => {
  const { type, title, status, detail, code, errors, extensions } = problem;
  const members = { type, title, status, detail, instance, error_code: code, error_msg: detail, request_id: requestId, errors };
  return { contentType: problemMediaType(accept), body: withExtensions(members, extensions) };
};

/** What FunctionGraph itself answers. */
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
