import type { FieldError, Finding } from "../../problem/finding.js";
import { newSearch } from "../../recognisers/redact-values.js";
import { readText } from "../../util/safe-read.js";
import { cleanCode, cleanType, isRequestId } from "../../util/sanitize.js";
import { clientText } from "./client-text.js";
import { listedFields, namedFields } from "./field-errors.js";
import { keptMembers } from "./kept-members.js";
import { firstValue, valueAt } from "./path.js";
import { problemDocument, shapes, type Shape } from "./shapes.js";

/** Describes the parts of an error body that may be passed on. */
interface Envelope {
  /** Absolute: a relative one means something only at the service's own address. */
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly requestId?: string | undefined;
  readonly extensions?: Finding["extensions"];
}

/**
 * Reads the error body of a service behind a gateway.
 * @param content the parsed body: a JSON value, or plain text
 * @param format that of RFC 9457, if its media type is one of those
 */
export function readEnvelope(content: unknown, format: "json" | "xml" | undefined): Envelope {
  if (typeof content !== "object") return { detail: clientText(content) };
  const body = Array.isArray(content) ? { errors: content } : content;
  const shape = format ? problemDocument : shapes.find(({ knows }) => knows(body))!;
  const detail = firstValue(body, shape.words, clientText);
  const errors = invalidFieldsIn(body, shape);
  const isRepeated = errors?.length === 1 && errors[0]!.detail === detail && Object.keys(errors[0]!).length === 1;
  return {
    ...(shape === problemDocument && problemTypeIn(body)),
    detail,
    code: firstValue(body, shape.code, errorCodeIn),
    extensions: body === null ? undefined : keptMembers(body, shape, format === "json"),
    requestId: firstValue(body, shape.requestId ?? [], (id) => (isRequestId(id) ? id : undefined)),
    errors: isRepeated ? undefined : errors,
  };
}

function invalidFieldsIn(body: unknown, { fields, named }: Shape): readonly FieldError[] | undefined {
  const search = newSearch();
  for (const path of fields) {
    const listed = listedFields(valueAt(body, path), search);
    if (listed.length > 0) return listed;
  }
  const found = namedFields(named && valueAt(body, named), search);
  return found.length > 0 ? found : undefined;
}

/**
 * Reads an error code for programs. A code that only repeats the status says nothing, nor does one that reports no error, such as 0; a
 * system error or an address may not leave. AWS puts a namespace before the code, or an address behind it.
 */
export function errorCodeIn(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  const code = cleanCode(typeof text === "string" ? text.replace(/^[^]*#|:https?:[^]*$/g, "") : undefined);
  if (code === undefined || noCodes.has(code.toLowerCase())) return undefined;
  return /^0+$|^[1-5]\d\d$|^\d{1,3}(?:\.\d{1,3}){3}\b/.test(code) || clientText(code) === undefined ? undefined : code;
}

/** Lists the texts that services with a code for everything send where there is no error, or no code; in lower case. */
const noCodes: ReadonlySet<string> = new Set("ok success successful succeeded none null nil nan undefined true false".split(" "));

function problemTypeIn(body: unknown): Envelope | undefined {
  const type = cleanType(readText(body, "type"));
  return type === undefined ? undefined : { type, title: clientText(readText(body, "title")) };
}
