// The table of the tour in terminals of several widths.
import { describe, expect, it } from "vitest";
import { createStatusLine } from "../../examples/tour/status-line.js";
import { createTable, fit } from "../../examples/tour/table.js";
import { visits } from "../../examples/tour/visits.js";

const long = "This sentence of an answer is longer than any terminal is wide, as sentences of answers sometimes are. ".repeat(3);
const answer = (text: string, headers = {}) => ({ status: 502, headers, text, cut: false, late: false, ms: 3 });

/** Prints every visit, with an answer that is long and one that is broken. */
function printed(stream: { columns?: number; isTTY?: boolean }, environment: Record<string, string> = {}) {
  let text = "";
  const write = (part: string) => void (text += part);
  const table = createTable({ ...stream, write }, environment);
  table.printHead();
  visits.forEach((visit, at) =>
    table.printRow({
      visit,
      without: answer(`<title>Error</title><pre>${long}\u001b[31m</pre>`, { "content-type": "text/html" }),
      answer: answer(JSON.stringify({ error_code: "FSS.0502", detail: long })),
      problem: at === 0 ? long : undefined,
      heard: [],
    }),
  );
  return text.trimEnd().split("\n");
}

describe("the table", () => {
  it.each([30, 80, 100, 109, 110, 120, 160, 240])("wraps no line at %d columns", (columns) => {
    const rows = printed({ columns });
    expect(rows.filter((row) => row.length > columns)).toEqual([]);
    expect(rows).toHaveLength((visits.length + 1) * (columns < 110 ? 4 : 1));
    if (columns >= 110) for (const { method, path } of visits) expect(rows.join("\n")).toContain(` ${method} ${path} `);
  });

  it("has 160 columns in a pipe, or as many as COLUMNS says", () => {
    expect(Math.max(...printed({}).map((row) => row.length))).toBeGreaterThan(150);
    expect(Math.max(...printed({}, { COLUMNS: "120" }).map((row) => row.length))).toBeLessThanOrEqual(120);
    expect(printed({}, { COLUMNS: "none" })).toEqual(printed({}));
  });

  it("is coloured where a person is looking who does not mind, and passes on no control character", () => {
    const control = /[\u0000-\u0009\u000b-\u001f]/; // oxlint-disable-line no-control-regex -- what is looked for
    expect(printed({ columns: 160 }).join("\n")).not.toMatch(control);
    expect(printed({ columns: 160, isTTY: true }, { NO_COLOR: "1" })).toEqual(printed({ columns: 160 }));
    const coloured = printed({ columns: 160, isTTY: true });
    expect(coloured[1]).toContain("\u001b[31mBROKEN: This sentence");
    expect(coloured[2]).toContain("\u001b[32m502 FSS.0502 This sentence");
  });
});

it.each([
  ["short", 10, "short"],
  ["just right", 10, "just right"],
  ["cut at a word", 10, "cut at a…"],
  ["cut at a word", 9, "cut at a…"],
  ["cut at a word", 8, "cut at…"],
  ["no comma, stays", 11, "no comma…"],
  ["averyverylongword", 10, "averyvery…"],
  ["a verylongwordfollows", 10, "a verylon…"],
])("%j is cut to %d characters: %j", (text, width, expected) => expect(fit(text, width)).toBe(expected));

describe("the line that says what the tour waits for", () => {
  const writtenTo = (isTTY?: boolean) => {
    const parts: string[] = [];
    const line = createStatusLine({ ...(isTTY && { isTTY }), write: (text) => parts.push(text) });
    line.set("1 of 2");
    line.say("A port is taken.");
    line.set("2 of 2");
    line.clear();
    line.clear();
    return parts;
  };

  it("replaces itself in a terminal, and leaves only what is said", () => {
    expect(writtenTo(true)).toEqual(["1 of 2", "\r\u001b[K", "A port is taken.\n", "2 of 2", "\r\u001b[K"]);
  });

  it("is not written into a pipe", () => expect(writtenTo()).toEqual(["A port is taken.\n"]));
});
