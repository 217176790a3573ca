import { fieldAt, keysOfPath } from "../../problem/field-place.js";
import type { FieldError } from "../../problem/finding.js";
import { fillOwnText } from "../../problem/own-texts.js";
import { maxFieldErrors, maxMessageCharacters } from "../../util/limits.js";
import { firstEntries, isError, read, readText } from "../../util/safe-read.js";
import { clean } from "../../util/sanitize.js";
import { newSearch, redactValues, type Search } from "../redact-values.js";

/** Lists the fields of lists that users of fastest-validator and validate.js throw; undefined for any other. */
export function fieldsOfIssues(list: readonly unknown[]): readonly FieldError[] | undefined {
  const read = [fastestField, detailedField].find((field) => field(list[0], newSearch()) !== undefined);
  if (read === undefined) return undefined;
  const search = newSearch();
  return list.slice(0, maxFieldErrors).flatMap((issue) => read(issue, search) ?? []);
}

/** Reads an issue of fastest-validator. */
function fastestField(issue: unknown, search: Search): FieldError | undefined {
  const [type, field] = [readText(issue, "type"), readText(issue, "field")];
  if (type === undefined || field === undefined || readText(issue, "message") === undefined || isError(issue)) return undefined;
  return fieldAt("body", keysOfPath(field), redactValues(read(issue, "message"), [read(issue, "actual")], search));
}

/** Reads an issue of validate.js, in its detailed format. */
function detailedField(issue: unknown, search: Search): FieldError | undefined {
  const [attribute, validator] = [readText(issue, "attribute"), readText(issue, "validator")];
  if (attribute === undefined || validator === undefined || read(issue, "globalOptions") === undefined) return undefined;
  return fieldAt("body", keysOfPath(attribute), redactValues(read(issue, "error"), [read(issue, "value")], search));
}

/**
 * Lists the fields of an object with which validate.js rejects: messages by the attribute. They begin with the attribute's name unless an author
 * decides otherwise, which distinguishes the object from any other. An author's own message may quote the value.
 */
export function groupedFields(object: object): readonly FieldError[] | undefined {
  if (isError(object)) return undefined;
  const found: FieldError[] = [];
  let isCertain = false;
  for (const [attribute, messages] of firstEntries(object, maxFieldErrors)) {
    if (!Array.isArray(messages) || messages.length === 0) return undefined;
    const name = lettersOf(attribute);
    for (const message of messages.slice(0, maxFieldErrors) as readonly unknown[]) {
      if (typeof message !== "string") return undefined;
      const letters = lettersOf(message);
      isCertain ||= name !== "" && letters.startsWith(name);
      const [own = ""] = ownWords.exec(message.slice(0, maxMessageCharacters)) ?? [];
      const isOwn = own !== "" && letters === name + lettersOf(own);
      found.push(fieldAt("body", keysOfPath(attribute), isOwn ? clean(message) : ""));
    }
  }
  return isCertain ? found.slice(0, maxFieldErrors) : undefined;
}

/** Matches what validate.js itself says behind an attribute's name. */
const ownWords =
  /(?:can't be blank|is invalid|is not (?:valid|a number|a valid (?:email|url|number))|is too (?:short|long) \((?:min|max)imum is \d+ characters\)|is the wrong length \(should be \d+ characters\)|must be (?:an integer|odd|even|divisible by \d+|(?:greater|less) than (?:or equal to )?-?\d+|equal to -?\d+|of the correct type \w+|of type \w+|a valid date))$/;

function lettersOf(text: string): string {
  return text
    .slice(0, maxMessageCharacters)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Lists the fields of ow's map of messages by label. Only types are repeated from its messages, which quote values. */
export function owFields(failures: unknown): readonly FieldError[] | undefined {
  if (!(failures instanceof Map)) return undefined;
  return [...failures]
    .slice(0, maxFieldErrors)
    .flatMap(([label, messages]: readonly [unknown, unknown]) =>
      messages instanceof Set ? [...messages].map((message: unknown) => owField(label, message)) : [],
    )
    .slice(0, maxFieldErrors);
}

function owField(label: unknown, message: unknown): FieldError {
  const text = typeof message === "string" ? message.slice(0, maxMessageCharacters) : "";
  const [, name] = /^(?:Expected|Did not expect) (?:property ){0,2}(?:\w+ )?`([^`]+)` /.exec(text) ?? [];
  const [, type] = / to be of type `(\w+)` but received type `\w+`/.exec(text) ?? [];
  const objects = [...text.matchAll(/ in object `([^`]+)`/g)].map(([, object]) => object!).toReversed();
  if (objects[0] === label) objects.shift();
  const isCertain = type !== undefined || objects.length === 0; // a value that is quoted may look like such an object
  const path = name === undefined || !text.includes(" in object `") || !isCertain ? [] : [...objects, name];
  return fieldAt("body", path, type === undefined ? "" : clean(fillOwnText("other-type", { kind: type })));
}
