// Doc comments begin with a verb in the present tense, and no comment has a private word where the field has a term.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packageNames } from "./sources.js";

const root = new URL("../../packages/", import.meta.url);

const sources = packageNames.flatMap((name) =>
  readdirSync(new URL(`${name}/src`, root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: `${name}/src/${path}`, code: readFileSync(new URL(`${name}/src/${path}`, root), "utf8") })),
);

/** Words that end like a verb of the third person, and are none. */
const nouns = new Set(
  "This Its Characters Errors Facts Fields Handlers Headers Issues Keys Levels Members Methods Milliseconds Octets Options Requests Responses Results Sockets Statuses Streams Types Values Wrappers".split(
    " ",
  ),
);

/** Design words that were private to this project: "captured" says what "held" did, "integration" what "door" did. */
const privateWords =
  /\b(?:holds?|held|doors?|hush(?:ed|es)?|told|tells?|telling|speaks?|spoken|unsaid|ways|lingers?|progress|wording|lets? go|gives? (?:up|back)|turns? away|answers? instead|in turn|beneath|outlook|verdict|dying|dear)\b/i;

/** Lists the doc comments that stand before a declaration of a module, without those of members. */
const docsIn = (code: string) =>
  [...code.matchAll(/^\/\*\*([^]*?)\*\//gm)].map(([, text]) => text!.replace(/\n \*/g, " ").replace(/\s+/g, " ").trim());

const isVerb = (word: string) => word === "Whether" || (/^[A-Z][a-z]+(?:-[a-z]+)?s$/.test(word) && !nouns.has(word));

/** Lists all comments, line by line. */
const commentsIn = (code: string) => code.match(/(?<=^|[\s;{(,])\/\/ .*|^ *\/?\*.*/gm) ?? [];

describe.each(sources)("$path", ({ code }) => {
  it("begins its doc comments with a verb", () => {
    expect(docsIn(code).filter((text) => !isVerb(text.split(/[ .,:;]/, 1)[0]!))).toEqual([]);
  });

  it("has no private word in a comment", () => {
    expect(commentsIn(code).filter((line) => privateWords.test(line))).toEqual([]);
  });
});

it("the check finds nouns, relative clauses and private words", () => {
  const code = "/** What it is. */\nlet a;\n/**\n * Octets of it.\n */\nlet b; // held here\n/** Gives it. */\nlet c;";
  expect(docsIn(code).map((text) => isVerb(text.split(" ", 1)[0]!))).toEqual([false, false, true]);
  expect(commentsIn(code).filter((line) => privateWords.test(line))).toEqual(["// held here"]);
});
