import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import type { Context, Family } from "../rule.js";

/** Multipart forms and other uploads. */
export const uploads: Family = {
  marks: { httpCode: formidable },
  names: { MulterError: multer, Error: busboy },
};

const malformed: Finding = { status: 400, detail: "The request's form is malformed." };
const tooLarge = (detail: string): Finding => ({ status: 413, detail });

/** A MulterError names the form's field, which is the client's own word, but no more than that. */
function multer(error: object, context: Context): Finding | undefined {
  const code = readText(error, "code") ?? "";
  const found = code === "STREAM_DESTROYED" ? cutOff(context) : limits.get(code);
  const parameter = readText(error, "field");
  return found?.detail === undefined || parameter === undefined
    ? found
    : { ...found, errors: [{ parameter, detail: found.detail }] };
}

const limits: ReadonlyMap<string, Finding> = new Map([
  ["LIMIT_FIELD_ARRAY_INDEX", { status: 400, detail: "The field's array index is too large." }],
  ["LIMIT_FIELD_COUNT", tooLarge("There are too many fields.")],
  ["LIMIT_FIELD_KEY", tooLarge("A field's name is too long.")],
  ["LIMIT_FIELD_NESTING", { status: 400, detail: "The field's name is nested too deeply." }],
  ["LIMIT_FIELD_VALUE", tooLarge("The field's value is too long.")],
  ["LIMIT_FILE_COUNT", tooLarge("There are too many files.")],
  ["LIMIT_FILE_SIZE", tooLarge("The file is too large.")],
  ["LIMIT_PART_COUNT", tooLarge("There are too many parts.")],
  ["LIMIT_UNEXPECTED_FILE", { status: 400, detail: "No file is expected in this field." }],
  ["INVALID_FIELD_NAME", { status: 400, detail: "The field's name is not valid." }],
  ["MISSING_FIELD_NAME", { status: 400, detail: "A field has no name." }],
]);

/** busboy's errors, and multer's own when the client leaves, are told by nothing but their messages. */
function busboy(error: object, context: Context): Finding | undefined {
  const message = readText(error, "message") ?? "";
  if (message.startsWith("Unsupported content type: ")) return { status: 415 };
  const found = messages.get(message);
  return typeof found === "function" ? found(context) : found;
}

const messages = new Map<string, Finding | ((context: Context) => Finding)>([
  ["Malformed content type", malformed],
  ["Malformed part header", malformed],
  ["Malformed urlencoded form", malformed],
  ["Missing Content-Type", malformed],
  ["Multipart: Boundary not found", malformed],
  ["Request aborted", { status: 499 }],
  ["Request closed", { status: 499 }],
  ["Unexpected end of file", cutOff],
  ["Unexpected end of form", cutOff],
]);

/** A form that ends too early was cut off when the client is gone, else it was sent so. */
function cutOff({ clientGone }: Context): Finding {
  return clientGone ? { status: 499 } : malformed;
}

/** formidable: `httpCode` says it, but for two of the faults that it numbers in `code`. */
function formidable(error: object): Finding | undefined {
  const status = misnamed.get(read(error, "code")) ?? readStatus(error, "httpCode");
  if (status === undefined || status === 500) return undefined;
  return status === 413 ? tooLarge("The request's form is too large.") : { status };
}

/** By `code`: the client left (500 to formidable), a directory could not be made (409). */
const misnamed: ReadonlyMap<unknown, number> = new Map([
  [1002, 499],
  [1018, 500],
]);
