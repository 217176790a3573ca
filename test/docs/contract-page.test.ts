// What docs/contract.md says is what the code does.
import { defineContract, functionGraph, normalizeError, type Contract, type ProblemError } from "@fg-errors/core";
import { expect, it, vi } from "vitest";
import { evaluate } from "./evaluate.js";
import { block, codes, read, table } from "./markdown.js";

const page = read("docs/contract.md");
const shop = evaluate(block(page, "example: define"), "shop") as Contract;

it("lists the members of a row", () => {
  const listed = table(page, "rows").map(([member]) => codes(member!)[0]!);
  const define = () =>
    defineContract(functionGraph, { service: "S", types: "urn:example:s:", problems: { a: { x: 1 } as never } });
  expect(define).toThrow(`a.x is unknown; a row has ${listed.join(", ")}`);
});

it("throws what it shows", () => {
  const cause = new Error("s3cr3t");
  let thrown: unknown;
  try {
    evaluate(block(page, "example: throw"), "0", { shop, error: cause });
  } catch (error) {
    thrown = error;
  }
  expect((thrown as ProblemError).cause).toBe(cause);
  expect(normalizeError(thrown, { contract: shop })).toMatchObject({ code: "SHOP.1001", extensions: { sku: "A-1", left: 2 } });
});

it("maps what it shows", () => {
  class OverdrawnError extends Error {}
  const contract = evaluate(block(page, "example: map"), "bank", { defineContract, functionGraph, OverdrawnError }) as Contract;
  const account = { account: "DE-7" };
  for (const thrown of [
    Object.assign(new OverdrawnError("s3cr3t"), account),
    Object.assign(new (class extends OverdrawnError {})("s3cr3t"), account),
    Object.assign(new Error("s3cr3t"), { code: "ERR_OVERDRAWN" }, account),
    Object.assign(new Error("s3cr3t"), { sqlMessage: "check balance" }, account),
  ])
    expect(normalizeError(thrown, { contract })).toMatchObject({
      status: 409,
      code: "BANK.OVERDRAWN",
      detail: "The account DE-7 has too little money.",
    });
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(normalizeError(new OverdrawnError("s3cr3t"), { contract }).detail).toBe("The request conflicts with the current state.");
  expect(stderr).toHaveBeenCalledOnce();
  stderr.mockRestore();
});
