// docs/troubleshooting.md has every message that the packages print or throw on purpose, and a section for every code of a warning.
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { emitWarning, writeWarning } from "../../packages/core/src/util/warnings.js";
import { packageNames, sourcesOf } from "./sources.js";
import { codes, read } from "../docs/markdown.js";
import { printedMessages } from "./printed-messages.js";

const text = read("docs/troubleshooting.md");
const rows = text
  .split("<!-- messages -->\n")
  .slice(1)
  .flatMap((part) => part.split("\n\n")[0]!.trim().split("\n").slice(2))
  .map((row) => row.slice(2, -2).split(" | "));
const documented = rows.flatMap(([messages]) => codes(messages!));

/** What a module adds to the message of another one has no words of its own. */
const messages = printedMessages().filter(({ message }) => /\p{L}/u.test(message));

const pattern = (message: string) =>
  new RegExp(`^(?:\\S+ )?${message.split("…").map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&")).join(".*")}(?:; it was left out)?$`, "s"); // prettier-ignore

it.each(messages)("$from: $message", ({ message }) => {
  expect(documented.filter((row) => pattern(message).test(row))).not.toEqual([]);
});

it.each(documented)("%s is a message", (row) => {
  expect(messages.filter(({ message }) => pattern(message).test(row))).not.toEqual([]);
});

it("gives each message a cause and a cure", () => {
  for (const row of rows) {
    expect(row, row[0]).toHaveLength(3);
    for (const cell of row) expect(cell).toMatch(/\S/);
  }
});

describe("warnings", () => {
  const type = readFileSync(new URL("../../packages/core/src/util/warnings.ts", import.meta.url), "utf8");
  const known = [...new Set(type.match(/FG_ERRORS_\w+/g))] as Parameters<typeof emitWarning>[0][];

  it("have a section for each code, and no other section", () => {
    expect([...text.matchAll(/^### (FG_ERRORS_\w+)$/gm)].map(([, code]) => code).toSorted()).toEqual(known.toSorted());
  });

  it("are emitted in one place, and with a code that is used", () => {
    const sources = packageNames.flatMap((name) => sourcesOf(name).map(({ path, text }) => ({ path: `${name}/${path}`, text })));
    const others = sources.filter(({ path }) => path !== "core/util/warnings.ts");
    expect(others.filter(({ text }) => text.includes("process.emitWarning(")).map(({ path }) => path)).toEqual([]);
    for (const code of known)
      expect(
        others.some(({ text }) => text.includes(`"${code}"`)),
        code,
      ).toBe(true);
  });

  it.each(known)("%s carries the address of its section", (code) => {
    const address = `https://fg-errors.github.io/troubleshooting.html#${code.toLowerCase()}`;
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const write = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    try {
      emitWarning(code, "Something is wrong");
      writeWarning(code, "something failed");
      expect(emit.mock.calls).toEqual([["Something is wrong", { type: "FgErrorsWarning", code, detail: address }]]);
      expect(write.mock.calls.map(([line]) => line)).toEqual([`fg-errors: something failed (${code}, ${address})\n`]);
    } finally {
      emit.mockRestore();
      write.mockRestore();
    }
  });
});
