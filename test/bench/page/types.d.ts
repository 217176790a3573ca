import type { Result } from "../types.js";

/** A table as the page has it: texts only, the first column with the labels. */
export interface Grid {
  /** Stands above the table where a region has several. */
  readonly title?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What stands between two comments of docs/performance.md. */
export interface Region {
  /** Name of the JSON file. */
  readonly part: string;
  /** Of the tables that it shows; the first group, if there is one, is what the page calls it. */
  readonly titles: RegExp;
  readonly tabulate: (tables: readonly NamedTable[]) => readonly Grid[];
  readonly plot?: Plot;
}

/** A table of the JSON, and what the page calls it. */
export type NamedTable = Result["tables"][number] & { readonly name: string };

export interface Plot {
  /** docs/images/bench-(name).svg. */
  readonly name: string;
  /** A sentence: the text for those who do not see the plot. */
  readonly alt: string;
  readonly draw: (title: string, grids: readonly Grid[]) => string;
}
