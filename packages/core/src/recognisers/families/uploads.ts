import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import type { Context, Family } from "../rule.js";
import { ownTexts } from "../../problem/own-texts.js";

/** Recognises errors of multipart forms and other uploads. */
export const uploads: Family = {
  marks: { httpCode: formidableFinding },
  names: { MulterError: multerFinding, HttpProxyMiddlewareError: rebuiltFormFinding, Error: busboyFinding },
};

const malformedForm: Finding = { status: 400, detail: ownTexts["form-malformed"] };
const tooLarge = (detail: string): Finding => ({ status: 413, detail });

/** Recognises a MulterError. It names the form's field, whose name the client itself sent. */
function multerFinding(error: object, context: Context): Finding | undefined {
  const code = readText(error, "code") ?? "";
  const found = code === "STREAM_DESTROYED" ? unexpectedEnd(context) : multerLimits.get(code);
  const parameter = readText(error, "field");
  return found?.detail === undefined || parameter === undefined
    ? found
    : { ...found, errors: [{ parameter, detail: found.detail }] };
}

const multerLimits: ReadonlyMap<string, Finding> = new Map([
  ["LIMIT_FIELD_ARRAY_INDEX", { status: 400, detail: ownTexts["form-index-too-large"] }],
  ["LIMIT_FIELD_COUNT", tooLarge(ownTexts["too-many-fields"])],
  ["LIMIT_FIELD_KEY", tooLarge(ownTexts["form-name-too-long"])],
  ["LIMIT_FIELD_NESTING", { status: 400, detail: ownTexts["form-name-too-deep"] }],
  ["LIMIT_FIELD_VALUE", tooLarge(ownTexts["form-value-too-long"])],
  ["LIMIT_FILE_COUNT", tooLarge(ownTexts["too-many-files"])],
  ["LIMIT_FILE_SIZE", tooLarge(ownTexts["file-too-large"])],
  ["LIMIT_PART_COUNT", tooLarge(ownTexts["too-many-parts"])],
  ["LIMIT_UNEXPECTED_FILE", { status: 400, detail: ownTexts["file-unexpected"] }],
  ["INVALID_FIELD_NAME", { status: 400, detail: ownTexts["form-name-not-valid"] }],
  ["MISSING_FIELD_NAME", { status: 400, detail: ownTexts["form-name-missing"] }],
]);

/** Recognises busboy's errors, and multer's own when the client leaves, by their messages. They have nothing else. */
function busboyFinding(error: object, context: Context): Finding | undefined {
  const message = readText(error, "message") ?? "";
  if (message.startsWith("Unsupported content type: ")) return { status: 415 };
  const found = busboyMessages.get(message);
  return typeof found === "function" ? found(context) : found;
}

const busboyMessages = new Map<string, Finding | ((context: Context) => Finding)>([
  ["Malformed content type", malformedForm],
  ["Malformed part header", malformedForm],
  ["Malformed urlencoded form", malformedForm],
  ["Missing Content-Type", malformedForm],
  ["Multipart: Boundary not found", malformedForm],
  ["Request aborted", { status: 499 }],
  ["Request closed", { status: 499 }],
  ["Unexpected end of file", unexpectedEnd],
  ["Unexpected end of form", unexpectedEnd],
]);

/** Recognises a form that ends too early: it was cut off when the client is gone, else it was sent so. */
function unexpectedEnd({ clientGone }: Context): Finding {
  return clientGone ? { status: 499 } : malformedForm;
}

/** Recognises http-proxy-middleware's errors of a form that it cannot write again. Their messages quote the client's names. */
function rebuiltFormFinding(error: object): Finding | undefined {
  return readText(error, "code")?.startsWith("HPM_ERR_INVALID_MULTIPART_") ? malformedForm : undefined;
}

/** Recognises formidable's errors by `httpCode`, except for two that it numbers in `code`. */
function formidableFinding(error: object): Finding | undefined {
  const status = formidableStatuses.get(read(error, "code")) ?? readStatus(error, "httpCode");
  if (status === undefined || status === 500) return undefined;
  return status === 413 ? tooLarge(ownTexts["form-too-large"]) : { status };
}

/** Corrects two statuses by `code`: the client left (500 to formidable), a directory could not be made (409). */
const formidableStatuses: ReadonlyMap<unknown, number> = new Map([
  [1002, 499],
  [1018, 500],
]);
