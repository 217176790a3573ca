// How the properties are tried: the same cases each time, unless FC_SEED says otherwise; what fails is printed with its seed and path.
import type { Parameters } from "fast-check";

const { FC_SEED = "20260711", FC_RUNS = "300" } = process.env;

export function settings<T = unknown>(more: Parameters<T> = {}): Parameters<T> {
  return { seed: Number(FC_SEED), numRuns: Number(FC_RUNS), ...more };
}
