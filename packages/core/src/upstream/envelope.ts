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

/**
 * What the services behind a gateway say in their error bodies: RFC 9457, FunctionGraph, API Gateway and their like; or plain
 * text. Anything else, HTML above all, says nothing that is fit to be passed on.
 */
export function readEnvelope(contentType = "", body: unknown): Envelope {
  if (typeof body !== "string") return fromMembers(body);
  if (/[/+]json\b/i.test(contentType) || body.trimStart().startsWith("{")) return parse(body);
  return isText(contentType) && !body.trimStart().startsWith("<") ? { detail: body } : {};
}

/** In a charset that was understood. */
function isText(contentType: string): boolean {
  return /^text\/plain *(?:; *charset="?(?:utf-?8|us-ascii)"? *)?$/i.test(contentType);
}

function parse(body: string): Envelope {
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
