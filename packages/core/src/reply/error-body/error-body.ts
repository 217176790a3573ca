import type { FieldError } from "../../problem/finding.js";
import { newSearch } from "../../recognisers/redact-values.js";
import { readText } from "../../util/safe-read.js";
import { cleanCode, cleanType } from "../../util/sanitize.js";
import { wordsOf } from "./client-text.js";
import { listedFields, namedFields } from "./field-errors.js";
import { at, first } from "./path.js";
import { problemDocument, shapes, type Shape } from "./shapes.js";

/** What an error body says that may be passed on. */
export interface Envelope {
  /** Absolute: one that is relative means something only at the service's own address. */
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
}

/**
 * What a service behind a gateway says in its error body.
 * @param content what was parsed: a JSON value, or plain text
 * @param isProblem whether its media type is RFC 9457's
 */
export function readEnvelope(content: unknown, isProblem: boolean): Envelope {
  if (typeof content !== "object") return { detail: wordsOf(content) };
  const body = Array.isArray(content) ? { errors: content } : content;
  const shape = isProblem ? problemDocument : shapes.find(({ knows }) => knows(body))!;
  const detail = first(body, shape.words, wordsOf);
  const errors = fieldsOf(body, shape);
  const isRepeated = errors?.length === 1 && errors[0]!.detail === detail && Object.keys(errors[0]!).length === 1;
  return {
    ...(shape === problemDocument && kindOf(body)),
    detail,
    code: first(body, shape.code, codeOf),
    errors: isRepeated ? undefined : errors,
  };
}

function fieldsOf(body: unknown, { fields, named }: Shape): readonly FieldError[] | undefined {
  const search = newSearch();
  for (const path of fields) {
    const listed = listedFields(at(body, path), search);
    if (listed.length > 0) return listed;
  }
  const found = namedFields(named && at(body, named), search);
  return found.length > 0 ? found : undefined;
}

/**
 * The code for programs. One that is only the status again says nothing, a system error or an address is nobody's business; AWS puts a
 * namespace before it, or an address behind.
 */
export function codeOf(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  const code = cleanCode(typeof text === "string" ? text.replace(/^[^]*#|:https?:[^]*$/g, "") : undefined);
  const isFit = code !== undefined && !/^[1-5]\d\d$|^\d{1,3}(?:\.\d{1,3}){3}\b/.test(code) && wordsOf(code) !== undefined;
  return isFit ? code : undefined;
}

function kindOf(body: unknown): Envelope | undefined {
  const type = cleanType(readText(body, "type"));
  return type === undefined ? undefined : { type, title: wordsOf(readText(body, "title")) };
}
