// The contract that the tests publish: a module as a service has one.
import { defineContract, functionGraph } from "@fg-errors/core";
import { z } from "zod";

export const shop = defineContract(functionGraph, {
  service: "SHOP",
  types: "https://errors.example.com/shop/",
  problems: {
    outOfStock: {
      status: 409,
      code: "SHOP.1001",
      title: "Out of stock",
      detail: "Only {left, number} of {sku} are left.",
      docs: "The warehouse has fewer items than were asked for.",
      owner: "team-stock",
      since: "1.0",
    },
    checkoutClosed: {
      status: 503,
      title: "Checkout closed",
      detail: "The checkout is closed until {until, date}.",
      retryAfter: 60,
    },
    limited: {
      status: 403,
      title: "Plan limit reached",
      detail: "The limit of the plan {plan} is reached.",
      members: z.object({ used: z.number().int().min(0), note: z.string().optional() }),
    },
    oldThing: { status: 404, title: "Thing not found", detail: "There is no such thing.", deprecated: "Use SHOP.1001. */" },
  },
});
