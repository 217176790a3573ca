import { read, readText } from "../read.js";

/** What an error body says that may be passed on. */
export interface Envelope {
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
}

/** Members that hold a message for people, the most telling first. */
const messages: readonly (readonly string[])[] = [
  ["detail"],
  ["error_msg"],
  ["message"],
  ["error", "message"],
  ["error_description"],
  ["title"],
];

/** Members that hold a code for programs. */
const codes: readonly (readonly string[])[] = [["error_code"], ["error", "code"], ["code"]];

/** What the services behind a gateway say in their error bodies: RFC 9457, FunctionGraph, API Gateway and their like; or plain text. HTML says nothing. */
export function readEnvelope(contentType: string | undefined, body: unknown): Envelope {
  if (typeof body !== "string") return fromMembers(body);
  if (/\bhtml\b|\bxml\b/i.test(contentType ?? "") || body.trimStart().startsWith("<")) return {};
  if (!/json/i.test(contentType ?? "")) return { detail: body };
  try {
    return fromMembers(JSON.parse(body));
  } catch {
    return {};
  }
}

function fromMembers(body: unknown): Envelope {
  const first = (paths: readonly (readonly string[])[]) => paths.map((path) => readText(body, ...path)).find(Boolean);
  return { detail: first(messages) ?? readText(read(body), "error"), code: first(codes) };
}
