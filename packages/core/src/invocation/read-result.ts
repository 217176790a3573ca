import { mayHaveContent } from "../contract/contract.js";
import { endToEnd } from "../http/header-fields.js";
import { isField } from "../http/sendable.js";
import { checkResult, isAbsent, type InvocationResult } from "./check-result.js";

/** A function's result as HTTP has it. */
export interface Invocation {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | number | string[]>>;
  /** Without its Base64; null for a status that has none. */
  readonly content: Buffer | null;
}

/**
 * Reads a function's result. Fields that HTTP does not take, or that frame a message, are left out.
 * @throws what `checkResult()` throws
 */
export function readResult(result: unknown): Invocation {
  const { statusCode: status, headers, body, isBase64Encoded } = checkResult(result);
  const content = mayHaveContent("GET", status) ? octetsOf(body ?? "", isBase64Encoded ?? false) : null;
  const fields = fieldsOf(headers ?? {});
  if (content && content.length > 0) fields["content-length"] = content.length; // 0 would be a lie about what a HEAD stands for
  return { status, headers: fields, content };
}

function octetsOf(body: string | Uint8Array, isBase64Encoded: boolean): Buffer {
  return typeof body === "string" ? Buffer.from(body, isBase64Encoded ? "base64" : "utf8") : Buffer.from(body);
}

function fieldsOf(headers: NonNullable<InvocationResult["headers"]>): Record<string, string | number | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const texts = textsOf(value).filter((text) => isField(name, text));
    if (texts.length === 0 || lower === "content-length") continue;
    // Some write it in several cases, since a map has room for one of each.
    const cookies = lower === "set-cookie" ? [fields.get(lower) ?? [], texts].flat() : [];
    fields.set(lower, cookies.length > 1 ? cookies : texts.join(", "));
  }
  return Object.fromEntries(endToEnd(Object.fromEntries(fields)));
}

/** The values of a field. */
export function textsOf(value: NonNullable<InvocationResult["headers"]>[string]): string[] {
  return [value].flat().flatMap((one) => (isAbsent(one) ? [] : String(one)));
}
