import { defineContract, functionGraph } from "@fg-errors/core";
import { z } from "zod";

/** Stands for the error of a package that does not know fg-errors. */
export class OutOfStockError extends Error {
  override readonly name = "OutOfStockError";
  readonly password = "s3cr3t";
  constructor(
    readonly sku: string,
    readonly left: number,
  ) {
    super(`out of stock in warehouse 7: ${sku}`);
  }
}

export class SoldOutError extends OutOfStockError {}

export const shop = defineContract(functionGraph, {
  service: "SHOP",
  types: "https://errors.example.com/shop/",
  problems: {
    outOfStock: {
      status: 409,
      code: "SHOP.1001",
      title: "Out of stock",
      detail: "Only {left, number} of {sku} are left.",
      docs: "The warehouse has fewer items than were asked for.\n\nOrder fewer, or try again tomorrow.",
      owner: "team-stock",
      since: "1.0",
      from: OutOfStockError,
    },
    paymentRefused: {
      status: 403,
      code: "SHOP.1002",
      title: "Payment refused",
      detail: "The payment was refused.",
      from: ["PaymentError", "card_declined", (error: { refused?: boolean }) => error.refused === true],
    },
    checkoutClosed: {
      status: 503,
      title: "Checkout closed",
      detail: "The checkout is closed until {until, date}.",
      retryAfter: 60,
      routine: true,
      headers: { "X-Shop": "closed" },
    },
    limited: {
      status: 403,
      title: "Plan limit reached",
      detail: "The plan's limit is reached.",
      members: z.object({ used: z.coerce.number(), plan: z.string() }),
      from: "PlanLimitError",
    },
    oldThing: { status: 404, title: "Thing not found", detail: "There is no thing {thing}.", deprecated: "Use SHOP.1001." },
  },
});
