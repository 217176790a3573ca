/**
 * Lists the arguments that a text in ICU MessageFormat names, those in the branches of a plural or a choice among them. Their kinds and
 * styles are the formatter's to check.
 * @throws SyntaxError that completes a sentence such as "texts … has …"
 * @example messageArguments("{left, plural, one {One {unit}} other {# {unit}s}}") // ["left", "unit"]
 */
export function messageArguments(text: string): readonly string[] {
  const reader: Reader = { text, at: 0, names: new Set() };
  readMessage(reader, false);
  return [...reader.names];
}

interface Reader {
  readonly text: string;
  at: number;
  readonly names: Set<string>;
}

const notClosed = "has a brace that is not closed";

/** Reads texts and arguments, up to the end or, in a branch, to its brace. */
function readMessage(reader: Reader, isBranch: boolean): void {
  const { text } = reader;
  while (reader.at < text.length) {
    const character = text[reader.at];
    if (character === "{") readArgument(reader);
    else if (character === "'") skipQuoted(reader);
    else if (character !== "}") reader.at++;
    else if (isBranch) return;
    else throw new SyntaxError("has a brace that belongs to no placeholder");
  }
  if (isBranch) throw new SyntaxError(notClosed);
}

/** Skips an apostrophe, and what it quotes: a brace, "#" or "<" after it begins a quotation, which the next apostrophe ends. */
function skipQuoted(reader: Reader): void {
  const next = reader.text[reader.at + 1] ?? "";
  if (next === "'") reader.at += 2;
  else if (!"{}#<|".includes(next) || next === "") reader.at++;
  else {
    const end = reader.text.indexOf("'", reader.at + 2);
    reader.at = end < 0 ? reader.text.length : end + 1;
  }
}

const argument = /\{\s*([A-Za-z]\w*)\s*(?:,\s*(\w+)\s*)?([,}])/y;

function readArgument(reader: Reader): void {
  argument.lastIndex = reader.at;
  const [whole, name, kind, end] = argument.exec(reader.text) ?? [];
  if (whole === undefined) {
    const inside = /[^{}]{0,40}/.exec(reader.text.slice(reader.at + 1))![0];
    throw new SyntaxError(`has the placeholder {${inside}}; a name takes a letter, then letters, digits and "_"`);
  }
  reader.names.add(name!);
  reader.at += whole.length;
  if (end === "}") return;
  if (kind === "plural" || kind === "select" || kind === "selectordinal") readBranches(reader);
  else skipStyle(reader);
}

function readBranches(reader: Reader): void {
  const { text } = reader;
  for (; reader.at < text.length; reader.at++) {
    const character = text[reader.at];
    if (character === "}") return void reader.at++;
    if (character !== "{") continue;
    reader.at++;
    readMessage(reader, true);
  }
  throw new SyntaxError(notClosed);
}

function skipStyle(reader: Reader): void {
  const { text } = reader;
  for (let depth = 1; reader.at < text.length;) {
    const character = text[reader.at];
    if (character === "'") {
      skipQuoted(reader);
      continue;
    }
    reader.at++;
    if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return;
  }
  throw new SyntaxError(notClosed);
}
