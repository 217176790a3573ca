// How the properties are tried: the same cases each time, unless FC_SEED says otherwise; what fails is printed with its seed and path.
import type { Parameters } from "fast-check";

const { FC_SEED = "20260711", FC_EFFORT = "0.4" } = process.env;

/** The settings of a property that a long search tries with so many cases; `npm test` tries FC_EFFORT times as many. */
export function settings<T = unknown>(runs = 300): Parameters<T> {
  return { seed: Number(FC_SEED), numRuns: Math.ceil(runs * Number(FC_EFFORT)) };
}
