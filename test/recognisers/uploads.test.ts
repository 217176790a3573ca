import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import busboy from "busboy";
import formidable, { type Options } from "formidable";
import { koaBody } from "koa-body";
import multer from "multer";
import { afterAll, describe, expect, it } from "vitest";
import { normalizeError, type NormalizeOptions, type Problem } from "@fg-errors/core";
import { thrownBy, thrownByExpress, thrownByKoa, type Sent } from "./thrown-by.js";

type Row = readonly [what: string, run: () => Promise<unknown>, expected: Partial<Problem>, options?: NormalizeOptions];

function testRows(rows: readonly Row[]): void {
  for (const [what, run, expected, options] of rows) {
    it(what, async () => {
      const { cause: _cause, ...problem } = normalizeError(await run(), options);
      expect(problem).toMatchObject(expected);
      expect(JSON.stringify(problem)).not.toContain("s3cr3t");
    });
  }
}

const type = "multipart/form-data; boundary=edge";

/** A form of parts, each a name and the content of the part; a file where it has a file's name. */
function form(...parts: readonly (readonly [name: string, content: string, filename?: string])[]): Sent {
  const lines = parts.map(([name, content, filename]) => {
    const file = filename === undefined ? "" : `; filename="${filename}"\r\nContent-Type: text/plain`;
    return `--edge\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
  });
  return { headers: { "Content-Type": type }, body: `${lines.join("")}--edge--\r\n` };
}

const file = form(["scan", "s3cr3t", "s3cr3t.txt"]);
const files = form(["scan", "s3cr3t", "s3cr3t.txt"], ["scan", "s3cr3t", "s3cr3t.txt"]);
const field = form(["note", "s3cr3t"]);
const fields = form(["note", "s3cr3t"], ["note", "s3cr3t"]);
const withoutEnd: Sent = { ...file, body: String(file.body).slice(0, -10) };
const withoutBoundary: Sent = { ...file, headers: { "Content-Type": "multipart/form-data; charset=s3cr3t" } };
const malformedPart: Sent = { ...file, body: "--edge\r\ns3cr3t\r\n\r\n\r\n--edge--\r\n" };
const leaves: Sent = { ...withoutEnd, headers: { "Content-Type": type, "Content-Length": "1000" }, cut: true };
const malformed = { status: 400, detail: "The request's form is malformed." };
const gone = { status: 408, receivedStatus: 499 };

const root = mkdtempSync(join(tmpdir(), "s3cr3t-"));
afterAll(() => rmSync(root, { recursive: true }));

describe.each([4, 5] as const)("multer on Express %i", (version) => {
  const upload =
    (sent: Sent, limits: multer.Options["limits"] & object = {}) =>
    () =>
      thrownByExpress(version, multer({ limits }).any(), sent);
  const refused = (receivedStatus: number | undefined, detail: string, parameter?: string) => ({
    status: 400,
    receivedStatus,
    detail,
    ...(parameter && { errors: [{ parameter, detail }] }),
  });
  testRows([
    ["LIMIT_FILE_SIZE", upload(file, { fileSize: 2 }), refused(413, "The file is too large.", "scan")],
    ["LIMIT_FILE_COUNT", upload(files, { files: 1 }), refused(413, "There are too many files.")],
    ["LIMIT_FIELD_COUNT", upload(fields, { fields: 1 }), refused(413, "There are too many fields.")],
    ["LIMIT_PART_COUNT", upload(fields, { parts: 1 }), refused(413, "There are too many parts.")],
    ["LIMIT_FIELD_VALUE", upload(field, { fieldSize: 2 }), refused(413, "The field's value is too long.", "note")],
    ["LIMIT_FIELD_KEY", upload(form(["s3cr3t", ""]), { fieldNameSize: 2 }), refused(413, "A field's name is too long.")],
    [
      "LIMIT_FIELD_NESTING",
      upload(form(["a[b][c]", "s3cr3t"]), { fieldNestingDepth: 1 } as object),
      refused(undefined, "The field's name is nested too deeply.", "a[b][c]"),
    ],
    [
      "LIMIT_FIELD_ARRAY_INDEX",
      upload(form(["a[9]", "s3cr3t"]), { fieldArrayIndexLimit: 2 } as object),
      refused(undefined, "The field's array index is too large.", "a[9]"),
    ],
    [
      "LIMIT_UNEXPECTED_FILE",
      () => thrownByExpress(version, multer().single("other"), file),
      refused(undefined, "No file is expected in this field.", "scan"),
    ],
    [
      "INVALID_FIELD_NAME",
      upload(form(["a[4294967294]", "s3cr3t"], ["a[]", "s3cr3t"])),
      refused(undefined, "The field's name is not valid.", "a[]"),
    ],
    [
      "MISSING_FIELD_NAME",
      upload({ ...field, body: String(field.body).replace('; name="note"', "") }),
      refused(undefined, "A field has no name."),
    ],
    ["a form without an end", upload(withoutEnd), malformed],
    ["a form without an end since the client left", upload(withoutEnd), gone, { clientGone: true }],
    ["a part that is malformed", upload(malformedPart), malformed],
    ["no boundary", upload(withoutBoundary), malformed],
    ["a client that leaves", upload(leaves), gone],
    [
      "a storage that fails",
      () =>
        thrownByExpress(
          version,
          multer({ storage: multer.diskStorage({ destination: (_q, _f, done) => done(null, join(root, "none")) }) }).any(),
          file,
        ),
      { status: 500 },
    ],
  ]);
  const destroyed = () =>
    new Promise((resolve) => {
      const stream = new PassThrough().destroy();
      multer.diskStorage({})._handleFile({} as never, { stream } as never, resolve);
    });
  /** What serverless adapters make of a request is a stream that closes without having been aborted. */
  const closed = () =>
    new Promise((resolve) => {
      const request = Object.assign(new PassThrough(), { headers: { "content-type": type, "transfer-encoding": "chunked" } });
      multer().any()(request as never, {} as never, resolve);
      request.destroy();
    });
  testRows([
    ["STREAM_DESTROYED", destroyed, malformed],
    ["STREAM_DESTROYED since the client left", destroyed, gone, { clientGone: true }],
    ["a request that closes", closed, gone],
  ]);
});

describe("busboy", () => {
  const read = (sent: Sent) => () =>
    thrownBy(sent, (caught) => (request) => {
      try {
        const parser = busboy({ headers: request.headers }).on("error", caught);
        parser.on("file", (_name, stream) => stream.on("error", caught).resume());
        request.on("close", () => parser.destroy()).pipe(parser);
      } catch (error) {
        caught(error);
      }
    });
  const urlencoded = "application/x-www-form-urlencoded";
  testRows([
    ["a form without an end", read(withoutEnd), malformed],
    ["a form without an end since the client left", read(withoutEnd), gone, { clientGone: true }],
    ["a file that the client's leaving ended", read(leaves), gone, { clientGone: true }],
    ["a part that is malformed", read(malformedPart), malformed],
    ["no boundary", read(withoutBoundary), malformed],
    ["no type", read({ body: "s3cr3t" }), malformed],
    ["a type that is malformed", read({ headers: { "Content-Type": "s3cr3t" } }), malformed],
    ["a type that is no form's", read({ headers: { "Content-Type": "image/s3cr3t" } }), { status: 400, receivedStatus: 415 }],
    ["a urlencoded form that is malformed", read({ headers: { "Content-Type": urlencoded }, body: "a=%zzs3cr3t" }), malformed],
  ]);
});

describe.each(["formidable", "koa-body"] as const)("%s", (library) => {
  const read =
    (sent: Sent, options: Options = {}) =>
    () =>
      library === "koa-body"
        ? thrownByKoa(3, koaBody({ multipart: true, formidable: { uploadDir: root, ...options } }), sent)
        : thrownBy(
            sent,
            (caught) => (request: IncomingMessage) =>
              void formidable({ uploadDir: root, ...options })
                .parse(request)
                .catch(caught),
          );
  const tooLarge = { status: 400, receivedStatus: 413, detail: "The request's form is too large." };
  testRows([
    ["a large file", read(file, { maxFileSize: 2 }), tooLarge],
    ["large files", read(files, { maxFileSize: 9, maxTotalFileSize: 9 }), tooLarge],
    ["many files", read(files, { maxFiles: 1 }), tooLarge],
    ["many fields", read(fields, { maxFields: 1 }), tooLarge],
    ["large fields", read(fields, { maxFieldsSize: 2 }), tooLarge],
    ["an empty file", read(form(["scan", "", "s3cr3t.txt"])), { status: 400 }],
    ["a form without an end", read(withoutEnd), { status: 400 }],
    ["no boundary", read(withoutBoundary), { status: 400 }],
    [
      "a transfer encoding that nobody knows",
      read({ ...file, body: String(file.body).replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: s3cr3t\r\n\r\n") }),
      { status: 501 },
    ],
    ["a client that leaves", read(leaves), gone],
    [
      "a directory that cannot be made",
      read(form(["scan", "s3cr3t", "a/s3cr3t.txt"]), { createDirsFromUploads: true, filename: () => "file/s3cr3t.txt" }),
      { status: 500, receivedStatus: undefined },
    ],
  ]);
});

describe("formidable", () => {
  const read = (sent: Sent) => () => thrownBy(sent, (caught) => (request) => void formidable({}).parse(request).catch(caught));
  testRows([
    [
      "a type that is no form's",
      read({ headers: { "Content-Type": "image/s3cr3t" }, body: "s3cr3t" }),
      { status: 400, receivedStatus: 415 },
    ],
    ["no type", read({ body: "s3cr3t" }), { status: 400 }],
  ]);
});

writeFileSync(join(root, "file"), "");
