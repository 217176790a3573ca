import type { Contract } from "../contract/contract.js";
import type { FieldError } from "../problem/finding.js";
import type { Problem } from "../problem/problem.js";
import { isRecord } from "../util/safe-read.js";
import { ownQueryOf, withoutQuery } from "./own-query.js";

/**
 * Drops the request's own query from all texts of a problem, whoever wrote them: a query may contain secrets, and frameworks quote the target
 * of a request that they have no route for.
 * @param url the target of the request
 * @param contract gives the text for a problem whose own detail is nothing but the query
 */
export function dropQuery(problem: Problem, url: unknown, { statuses }: Contract): Problem {
  const query = ownQueryOf(url);
  if (!query) return problem;
  const drop = (text: string) => withoutQuery(text, query);
  const { type, title, detail, errors, extensions } = problem;
  const documented = statuses[problem.status];
  return {
    ...problem,
    type: drop(type) || "about:blank",
    title: drop(title) || (documented?.title ?? ""),
    detail: drop(detail) || (documented?.description ?? ""),
    ...(errors && { errors: mapTexts(errors, drop) as readonly FieldError[] }),
    ...(extensions && { extensions: mapExtensions(extensions, drop) }),
  };
}

/** Replaces the extensions that have such a text by plain data without it; the others stay as they are, dates among them. */
function mapExtensions(extensions: NonNullable<Problem["extensions"]>, drop: (text: string) => string) {
  try {
    const entries = Object.entries(extensions).map(([name, value]) => [drop(name), withoutTexts(value, drop)] as const);
    return Object.fromEntries(entries);
  } catch {
    return extensions; // a Proxy that refuses, of which nothing is sent
  }
}

function withoutTexts(value: unknown, drop: (text: string) => string): unknown {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined || drop(json) === json ? value : mapTexts(JSON.parse(json), drop);
  } catch {
    return value; // it cannot be sent either
  }
}

/** Maps all texts of JSON data, the names of members included. */
function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((inner) => mapTexts(inner, map));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [map(name), mapTexts(inner, map)]));
}
