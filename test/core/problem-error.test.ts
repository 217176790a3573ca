import { problem, ProblemError } from "@fg-errors/core";
import { afterEach, describe, expect, it } from "vitest";

const usual = Error.stackTraceLimit;
afterEach(() => void (Error.stackTraceLimit = usual));

const framesOf = ({ stack }: Error) => stack?.match(/^ {4}at /gm)?.length ?? 0;

describe.each([0, 1, 10, 25])("with Error.stackTraceLimit at %i", (limit) => {
  it.each([
    [404, false],
    [499, false],
    [500, true],
    [999, true], // becomes a 500
  ])("a %i has a stack: %s, and the limit is as before", (status, hasStack) => {
    Error.stackTraceLimit = limit;
    expect(framesOf(new ProblemError(status, "No such order")) > 0).toBe(hasStack && limit > 0);
    expect(Error.stackTraceLimit).toBe(limit);
  });
});

it.each([
  [404, true],
  [404, false],
  [503, true],
  [503, false],
])("a %i with the option stack: %s obeys, and the limit is as before", (status, stack) => {
  const cause = new Error("x");
  const error = problem(status, "No such order", { stack, cause });
  expect(framesOf(error) > 0).toBe(stack);
  expect(error).toMatchObject({ status, message: "No such order", cause });
  expect(Error.stackTraceLimit).toBe(usual);
});

it.each([
  ["an object that refuses to be a text", { toString: 1, valueOf: 1 }],
  ["a Symbol", Symbol("x")],
  ["an object without a prototype", Object.create(null)],
])("%s as the message costs nobody's stacks", (_name, message) => {
  expect(new ProblemError(404, message as never)).toMatchObject({ status: 404, message: "" });
  expect(Error.stackTraceLimit).toBe(usual);
});

it("takes a null for no word on the stack", () => {
  expect(framesOf(problem(500, "x", { stack: null as never }))).toBeGreaterThan(0);
  expect(framesOf(problem(404, "x", { stack: null as never }))).toBe(0);
});

it("is what it says it is", () => {
  const cause = new Error("x");
  const error = new ProblemError(404, "No such order", { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "ProblemError",
    message: "No such order",
    status: 404,
    statusCode: 404,
    expose: true,
    cause,
  });
  expect(new ProblemError(404)).not.toHaveProperty("cause");
});
