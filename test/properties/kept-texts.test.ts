// What is kept of an error's texts for the next one must not keep the large text that they were cut from.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createResponder, normalizeError, problem, type ProblemErrorOptions } from "@fg-errors/core";
import { expect, it } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const characters = 4 << 20;
const texts = 10;

/** Makes the beginning of a large text, which the engine keeps as a part of it. */
function beginning(seed: number): string {
  const large = Buffer.alloc(characters, `${seed} is no order. `).toString();
  return large.slice(0, 60);
}

/** Returns by how many octets the heap has grown after ten such texts. */
function heapAfter(act: (seed: number) => void): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let seed = 0; seed < texts; seed++) act(seed);
  collect();
  return process.memoryUsage().heapUsed - before;
}

it("knows that a part of a text keeps the whole", () => {
  const parts: string[] = [];
  expect(heapAfter((seed) => void parts.push(beginning(seed)))).toBeGreaterThan((texts - 1) * characters);
  expect(parts).toHaveLength(texts);
});

it.each<[string, (seed: number) => ProblemErrorOptions]>([
  ["detail", () => ({})],
  ["code", (seed) => ({ code: beginning(seed).replaceAll(" ", "-").slice(0, 40) })],
  ["type and title", (seed) => ({ type: `about:${seed}`, title: beginning(seed) })],
])("keeps no large text for the %s of the last problem of each status", (member, optionsOf) => {
  const respond = createResponder();
  const statuses = [400, 401, 403, 404, 405, 406, 407, 408, 409];
  const act = (seed: number) => {
    const detail = member === "detail" ? beginning(seed) : "No order.";
    const { body } = respond(problem(statuses[seed % statuses.length]!, detail, optionsOf(seed)), { headers: {} });
    expect(body).toContain("o");
  };
  expect(heapAfter(act)).toBeLessThan(3 * characters);
});

it("keeps none for the sentences of validators", () => {
  const act = (seed: number) => {
    const error = Object.assign(new Error(), { name: "ZodError", issues: [{ path: ["a"], message: beginning(seed) }] });
    expect(normalizeError(error).status).toBe(400);
  };
  expect(heapAfter(act)).toBeLessThan(3 * characters);
});
