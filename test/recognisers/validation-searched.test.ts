// What is searched of a validator's message, and for how long.
import { normalizeError } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import * as yup from "yup";
import { z } from "zod";
import { failure } from "./outcome.js";

const details = (error: unknown) => normalizeError(error).errors?.map(({ detail }) => detail);

const saying = (message: string, value: unknown) =>
  failure(() =>
    yup
      .mixed()
      .test(
        "t",
        () => message,
        () => false,
      ) // prettier-ignore
      .validate(value),
  );

describe("a message", () => {
  it.each([
    ["that is long, cut as any other", "x".repeat(1500), "y", [`${"x".repeat(999)}…`]],
    ["that quotes a value where it is cut off", `${"x".repeat(1200)}s3cr3t`, "s3cr3t", [`${"x".repeat(999)}…`]],
    ["with a value that begins in what is left of it", `${"x".repeat(998)}s3cr3t`, "s3cr3t", ["Not valid."]],
    ["with the beginning of a long value", `no ${"s3cr3t".repeat(20)}`, "s3cr3t".repeat(10_000), ["Not valid."]],
    ["with the whole of a shorter one", `no ${"s3cr3t ".repeat(10)}`, "s3cr3t ".repeat(10), ["Not valid."]],
    [
      "with a value that has much white space around it",
      "no s3cr3t",
      `${" ".repeat(9000)}s3cr3t${"\n".repeat(9000)}`,
      ["Not valid."],
    ],
    ["with a number that takes long to write", "x", 10n ** 5000n, ["Not valid."]],
    ["with one that does not", "x", 12_345n, ["x"]],
  ])("%s", async (_what, message, value, expected) => {
    expect(details(await saying(message, value))).toEqual(expected);
  });
});

it("once the search for values has ended, nothing of a message leaves any more", async () => {
  const rows = Array.from({ length: 100 }, (_, row) =>
    Array.from({ length: 49 }, (_each, column) => `row ${row} and column ${column} "${"z".repeat(90)}`),
  );
  const schema = z.array(z.array(z.string()).refine(() => false, "x".repeat(2000)));
  const error = schema.safeParse(rows, { reportInput: true }).error;
  const reported = details(error)!;
  expect(reported).toHaveLength(100);
  const ended = reported.indexOf("Not valid.");
  expect(ended).toBeGreaterThan(10);
  expect(new Set(reported.slice(0, ended))).toEqual(new Set([`${"x".repeat(999)}…`]));
  expect(new Set(reported.slice(ended))).toEqual(new Set(["Not valid."]));
});

it("a hundred issues that keep one object of fifty members are all searched", () => {
  const row = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`column${index}`, `an ordinary value, number ${index}`]),
  );
  const issue = (index: number) => ({
    path: [index],
    message: `must have required property 'name', as row ${index} has not`,
    input: row,
  });
  expect(details({ issues: Array.from({ length: 100 }, (_, index) => issue(index)) })!.at(-1)).toContain("row 99");
});
