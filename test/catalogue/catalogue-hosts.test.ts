// A catalogue's problems on the wire, on each host.
import { fgErrors as functionErrors } from "@fg-errors/functiongraph";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventOf } from "../functiongraph/function-apig.js";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { OutOfStockError, shop } from "./shop.js";

const stocked = {
  type: "https://errors.example.com/shop/out-of-stock",
  title: "Out of stock",
  status: 409,
  detail: "Only 2 of A-1 are left.",
  error_code: "SHOP.1001",
  sku: "A-1",
  left: 2,
};

describe.each(hosts)("$name", ({ create }) => {
  const answerOf = (thrown: unknown, line = "GET /act") =>
    withServer(
      create(
        () => {
          throw thrown;
        },
        { contract: shop, onError: () => {} },
      ),
      async (port) => parseAnswer(await exchange(port, request(line))),
    );

  it("answers a problem that was thrown, and a domain error that means it, alike", async () => {
    for (const thrown of [shop.problems.outOfStock({ sku: "A-1", left: 2 }), new OutOfStockError("A-1", 2)])
      expect(assertContract(await answerOf(thrown), shop)).toMatchObject(stocked);
  });

  it("answers all else with the service's generic codes", async () => {
    expect(assertContract(await answerOf(new Error("s3cr3t")), shop)).toMatchObject({ error_code: "SHOP.0500" });
    expect(assertContract(await answerOf(undefined, "GET /nothing"), shop)).toMatchObject({ error_code: "SHOP.0404" });
  });

  it("sends the Retry-After of a row", async () => {
    const answer = await answerOf(shop.problems.checkoutClosed({ until: "2026-12-01" }));
    expect(assertContract(answer, shop)).toMatchObject({ status: 503, until: "2026-12-01T00:00:00.000Z" });
    expect(answer.headers.get("retry-after")).toBe("60");
  });
});

it("a function answers the same", async () => {
  const handler = functionErrors(
    () => {
      throw new OutOfStockError("A-1", 2);
    },
    { contract: shop },
  );
  const { statusCode, body } = (await handler(eventOf({}), {} as never)) as {
    statusCode: number;
    body: string;
  };
  expect(statusCode).toBe(409);
  expect(JSON.parse(body)).toMatchObject(stocked);
});
