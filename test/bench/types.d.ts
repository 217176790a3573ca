import type { RequestListener } from "node:http";

/** What is asked of every contestant, and what has to come back. */
export interface Scenario {
  readonly name: string;
  readonly request: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Name of the upstream behind the contestants, one of upstream.js. */
  readonly upstream?: string;
  /** Of every reply: another one ends the bench. */
  readonly status: number;
  /** Labels of those whose content has to be JSON. */
  readonly json?: readonly string[];
  /** Octets of content that the bare server writes. Default: those of a problem. */
  readonly length?: number;
  /** How much there is of what a series is about: routes, causes, fields. Default 0. */
  readonly size?: number;
  /** Connections at once. Default 16. */
  readonly connections?: number;
  /** Requests per round, where the usual number would take too long. */
  readonly requests?: number;
  /** By their labels, in the order of the table: a file in contestants/, and the name of its export. */
  readonly contestants: Readonly<Record<string, readonly [file: string, name: string]>>;
  readonly targets?: readonly ScenarioTarget[];
}

export interface ScenarioTarget {
  readonly what: string;
  /** Label of the contestant that is judged. */
  readonly ours: string;
  /** Whom it is compared with; of several, the one that it does worst against. */
  readonly to: string | readonly string[];
  /** The greatest ratio that meets the target; "noise": 1 and the error of a median of so many rounds. */
  readonly most: number | "noise";
  readonly by: "cpu" | "instructions";
}

/** Describes the place of a contestant. */
export interface Env {
  /** URL of the upstream, or "". */
  readonly upstream: string;
  /** Of the scenario. */
  readonly status: number;
  readonly length: number | undefined;
  readonly size?: number;
}

/** Each export of a file in contestants/. */
export type Contestant = (env: Env) => RequestListener;

/** Lists the options of the parts of the bench. */
export interface BenchOptions {
  readonly rounds: number;
  /** A text in the name of the scenarios that are wanted. */
  readonly only: string;
  /** The part of the usual number of requests that is made. Default 1. */
  readonly scale: number;
  /** What else is to be known of the run. */
  readonly note?: string;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** Numbers as they were measured: the report rounds them. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** How a target was met. */
export interface Check {
  readonly what: string;
  readonly met: boolean;
  /** As it is printed. */
  readonly measured: string;
  readonly most: string;
  readonly noise: string;
}

export interface PartResult {
  readonly tables: readonly Table[];
  readonly checks: readonly Check[];
}

/** When and on what something was measured. */
export interface Run {
  /** In ISO 8601. */
  readonly date: string;
  readonly node: string;
  readonly processor: string;
  /** Null where the part has no rounds. */
  readonly rounds: number | null;
  readonly scale: number;
  /** Load average of a minute, at the end of the measurement; null where it is not known. */
  readonly load: number | null;
  readonly note?: string;
}

/** One element of a JSON file of results. */
export interface Result extends PartResult {
  readonly run: Run;
}

/** What is measured for several sizes. */
export interface Series {
  readonly name: string;
  /** What the sizes count. */
  readonly unit: string;
  readonly sizes: readonly number[];
  readonly scenarioOf: (size: number) => Omit<Scenario, "name" | "contestants">;
  /** Two: whom ours is compared with, and ours. */
  readonly contestants: Scenario["contestants"];
  /** The greatest ratio that meets the target, and at which size. */
  readonly target?: { readonly size: number; readonly most: number };
}
