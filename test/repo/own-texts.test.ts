// Every sentence of this library that a client may see has a reason, by which it can be translated; and zh-CN has all of them.
import { functionGraph, rfc9110 } from "@fg-errors/core";
import { zhCN } from "@fg-errors/core/texts";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { parseMessage } from "../../packages/core/src/problem/message-format.js";
import { createReasonLookup, fillOwnText, ownTexts, type Reason } from "../../packages/core/src/problem/own-texts.js";
import { table, read } from "../docs/markdown.js";
import { sourcesOf } from "./sources.js";

/** What has sentences for others than clients: operators, developers, and other libraries' own, by which their errors are recognised. */
const notForClients: Readonly<Record<string, string>> = {
  "core/src/contract/contract.ts": "descriptions of statuses, which the option `texts` names by their status",
  "core/src/contract/folds.ts": "why a status is folded",
  "core/src/contract/rfc9110.ts": "descriptions of statuses",
  "core/src/html/page-words.ts": "words of pages, which have a table of languages of their own",
  "core/src/recognisers/families/database-drivers.ts": "messages of drivers",
  "core/src/reply/functiongraph/failure-codes.ts": "why a code means what it does",
  "core/src/problem/own-texts.ts": "the sentences themselves",
};

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly key?: { readonly name?: string };
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
}

/** Lists the texts of a module that look like a sentence, and those that are written as a `detail`. */
function sentencesIn(node: unknown, isDetail = false): string[] {
  if (typeof node !== "object" || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((inner) => sentencesIn(inner, isDetail));
  const { type, value, key, quasis } = node as Node;
  const text = type === "Literal" && typeof value === "string" ? value : quasis?.map((quasi) => quasi.value.cooked).join("…");
  const own = text !== undefined && (isDetail ? /\w/ : /^[A-Z][a-z][^]*\.$/).test(text) ? [text] : [];
  const inner = Object.entries(node).flatMap(([name, child]) =>
    sentencesIn(child, type === "Property" && name === "value" && key?.name === "detail" ? isTextNode(child) : false),
  );
  return [...own, ...inner];
}

const isTextNode = (node: unknown) => ["Literal", "TemplateLiteral"].includes((node as Node).type ?? "");

describe.each(["core", "express", "functiongraph", "koa"] as const)("packages/%s/src", (name) => {
  it("has no sentence for clients outside of the table", () => {
    const found = sourcesOf(name)
      .filter(({ path }) => !Object.hasOwn(notForClients, `${name}/src/${path}`) && path !== "texts.ts")
      .flatMap(({ path, text }) => sentencesIn(parseAst(text, { lang: "ts" })).map((sentence) => `${path}: ${sentence}`));
    expect(found).toEqual([]);
  });
});

it("the check finds a detail of any form, and any text that looks like a sentence", () => {
  const code = "const a = { detail: `no ${b}` }, c = ['An a.', 'A', `Not ${d}.`], e = { detail: f('x'), detailed: 'y' };";
  expect(sentencesIn(parseAst(code, { lang: "ts" }))).toEqual(["no …", "An a.", "Not …."]);
});

const reasons = Object.entries(ownTexts) as readonly (readonly [Reason, string])[];

describe("the table", () => {
  it("has a key of lower-case words, and a sentence of its own for each", () => {
    for (const [reason, text] of reasons) {
      expect(reason).toMatch(/^[a-z\d]+(?:-[a-z\d]+)*$/);
      expect(text).toMatch(/^[A-Z].*\.$/);
    }
    expect(new Set(reasons.map(([, text]) => text)).size).toBe(reasons.length);
  });

  it("is the one in docs/languages.md", () => {
    expect(table(read("docs/languages.md"), "reasons")).toEqual(reasons.map(([reason, text]) => [`\`${reason}\``, text]));
  });

  it("leads from each sentence back to its reason", () => {
    const reasonOf = createReasonLookup();
    for (const [reason, text] of reasons) {
      const kinds = parseMessage(text).placeholders;
      const values = Object.fromEntries(
        Object.entries(kinds).map(([name, kind]) => [name, kind === "number" ? -1.5e-7 : "Date"]),
      );
      expect(reasonOf(fillOwnText(reason, values)), text).toEqual({ reason, values });
    }
    for (const other of ["", "Must be at least .", "Must be at least x.", "Must be of type .", "Not valid", " Not valid."])
      expect(reasonOf(other), other).toBeUndefined();
  });
});

describe("zhCN", () => {
  const statuses = Object.keys(rfc9110.statuses).filter((status) => Number(status) >= 400);

  it("has a text for each status and each reason, and no other", () => {
    expect(Object.keys(zhCN).toSorted()).toEqual([...statuses, ...Object.keys(ownTexts)].toSorted());
    for (const status of Object.keys(functionGraph.statuses)) if (Number(status) >= 400) expect(zhCN).toHaveProperty(status);
  });

  it("has Chinese texts with the same placeholders", () => {
    for (const [reason, text] of reasons) {
      expect(parseMessage(zhCN[reason]).placeholders, reason).toEqual(parseMessage(text).placeholders);
      expect(zhCN[reason], reason).toMatch(/\p{Script=Han}.*。$/u);
    }
    for (const status of statuses) {
      const { title, detail } = zhCN[Number(status)]!;
      expect(title, status).toMatch(/\p{Script=Han}/u);
      expect(detail, status).toMatch(/\p{Script=Han}.*。$/u);
    }
  });

  it("says something else for each", () => {
    const details = Object.values(zhCN).map((row) => (typeof row === "string" ? row : row.detail));
    const shared = details.filter((detail, at) => details.indexOf(detail) !== at);
    expect(shared).toEqual([zhCN["content-too-large"]]); // as 413 in English
  });
});

it("every adapter offers it under a subpath of its own", async () => {
  for (const name of ["express", "functiongraph", "koa"])
    expect(((await import(`@fg-errors/${name}/texts`)) as { zhCN: unknown }).zhCN).toBe(zhCN);
});
