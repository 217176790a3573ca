import { mayHaveContent } from "../contract/contract.js";
import { endToEnd } from "../http/header-fields.js";
import { isField } from "../http/is-field.js";
import { checkResult, isAbsent, type InvocationResult } from "./check-result.js";

/** Describes a function's result as an HTTP message. */
export interface Invocation {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | number | string[]>>;
  /** Decoded from Base64; null for a status that has no content. */
  readonly content: Buffer | null;
}

/**
 * Reads a function's result. Fields that are not valid, or that frame a message, are left out.
 * @throws TypeError, as `checkResult()` does
 */
export function readResult(result: unknown): Invocation {
  const { statusCode: status, headers, body, isBase64Encoded } = checkResult(result);
  const content = mayHaveContent("GET", status) ? decodedContent(body ?? "", isBase64Encoded ?? false) : null;
  const fields = resultFields(headers ?? {});
  if (content && content.length > 0) fields["content-length"] = content.length; // 0 would be wrong for a HEAD, whose GET may have content
  return { status, headers: fields, content };
}

function decodedContent(body: string | Uint8Array, isBase64Encoded: boolean): Buffer {
  return typeof body === "string" ? Buffer.from(body, isBase64Encoded ? "base64" : "utf8") : Buffer.from(body);
}

function resultFields(headers: NonNullable<InvocationResult["headers"]>): Record<string, string | number | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const texts = textsOf(value).filter((text) => isField(name, text));
    if (texts.length === 0 || lower === "content-length") continue;
    // Some functions write it in several cases, since a map has each name once.
    const cookies = lower === "set-cookie" ? [fields.get(lower) ?? [], texts].flat() : [];
    fields.set(lower, cookies.length > 1 ? cookies : texts.join(", "));
  }
  return Object.fromEntries(endToEnd(Object.fromEntries(fields)));
}

/** Returns the values of a field as text. */
export function textsOf(value: NonNullable<InvocationResult["headers"]>[string]): string[] {
  return [value].flat().flatMap((one) => (isAbsent(one) ? [] : String(one)));
}
