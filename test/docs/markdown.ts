// The marked parts of the documentation: what follows a comment such as <!-- statuses -->.
import { readFileSync } from "node:fs";

export const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const marked = (text: string, mark: string) => text.split(`<!-- ${mark} -->\n`)[1]!;

/** A fenced block's text. */
export const block = (text: string, mark: string) => /^```\w*\n([^]*?)```/.exec(marked(text, mark))![1]!;

/** A paragraph on one line. */
export const paragraph = (text: string, mark: string) => marked(text, mark).split("\n\n")[0]!.trim().replaceAll("\n", " ");

/** A table's rows, without its head. */
export function table(text: string, mark: string): string[][] {
  const rows = marked(text, mark).split("\n\n")[0]!.trim().split("\n").slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** What is written as code. */
export const codes = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

/** The arguments of each `npx fg-errors` that a text has as a line of code. */
export const commands = (text: string) => [...text.matchAll(/^ {4}npx fg-errors (.+)$/gm)].map(([, line]) => line!.split(" "));
