// No content that a client may send makes the error of a validation library expensive: the price of an octet does not grow.
import { normalizeError } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { a, growth, most, nearly, nested, sizes, times, type Taken } from "./price.js";
import { validators } from "./validators.js";

type Content = Readonly<Record<string, unknown>>;

/** Content of about so many octets. */
const contents: Readonly<Record<string, (octets: number) => Content>> = {
  "a long key, and values that nearly stand in it": (octets) => ({
    [a(octets / 30)]: times(46, (index) => nearly(octets / 48 - 24, index)),
  }),
  "a longer key, and one value": (octets) => ({ [a(octets / 2)]: [nearly(octets / 2 - 10, 0)] }),
  "many keys": (octets) => Object.fromEntries(times(octets / 10, (index) => [`k${index}`, "x"])),
  "many keys that nearly are their values": (octets) =>
    Object.fromEntries(times(octets / 200, (index) => [a(90) + index, nearly(90, index)])),
  "keys that are paths": (octets) => Object.fromEntries(times(octets / 500, (index) => ["a.[".repeat(150) + index, "x"])),
  "one long path": (octets) => ({ [".a".repeat(octets / 2)]: "x" }),
  "a long text": (octets) => ({ a: nearly(octets, 0) }),
  "white space": (octets) => ({ a: " ".repeat(octets / 2), b: times(50, () => " ".repeat(octets / 100)) }),
  quotes: (octets) => ({ [a(octets / 30)]: times(46, (index) => `${'"'.repeat(octets / 96)}${index}`) }),
  "words of validators": (octets) => ({
    [", but received ".repeat(octets / 100)]: times(46, () => ' with value "'.repeat(octets / 700)),
  }),
  "nested lists": (octets) => ({ a: times(octets / 400, () => nested(150)) }),
  "a list of objects": (octets) => ({ a: times(octets / 20, (index) => ({ [`k${index}`]: "abc" })) }),
};

async function taken(fail: (content: Content) => unknown, content: Content): Promise<Taken> {
  const error = await fail(content);
  expect(normalizeError(error)).toMatchObject({ status: 400, errors: expect.arrayContaining([]) });
  return { octets: JSON.stringify(content).length, act: () => normalizeError(error) };
}

/** What nobody but an attacker would make: a hundred issues, each of which keeps all that there is, and a hundred more in each. */
const forged = (content: Content) => {
  const issue = { path: ["a"], message: Object.keys(content)[0], input: Object.values(content)[0], keys: [] };
  const union = { ...issue, errors: [times(100, () => issue)], unionErrors: times(100, () => ({ issues: [issue] })) };
  return { issues: times(100, () => union) };
};

describe.each(Object.entries({ ...validators, "an error that only looks like zod's": forged }))("%s", (_name, fail) => {
  it.each(Object.entries(contents))("%s", async (_what, contentOf) => {
    const [small, large] = [await taken(fail, contentOf(sizes.small)), await taken(fail, contentOf(sizes.large))];
    expect(await growth(small, large)).toBeLessThan(most);
  });
});
