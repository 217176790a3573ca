// How the properties are tried: the same cases each time, unless FC_SEED says otherwise; what fails is printed with its seed and path.
import type { Parameters } from "fast-check";

const { FC_SEED = "20260711", FC_EFFORT = "0.4" } = process.env;

/** The part of the cases that is tried. */
const effort = Number(FC_EFFORT);
if (!(effort > 0)) throw new Error("FC_EFFORT takes a number above 0");

/**
 * Gives the settings of a property.
 * @param runs how many cases are tried with FC_EFFORT=1. `npm test` tries 0.4 of them
 */
export function settings<T = unknown>(runs = 300): Parameters<T> & { readonly numRuns: number } {
  return { seed: Number(FC_SEED), numRuns: Math.ceil(runs * effort) };
}
