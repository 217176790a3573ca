// The problems that all services of the shop share. They are defined here, and nowhere else.
import { defineContract, functionGraph } from "@fg-errors/core";

export const shop = defineContract(functionGraph, {
  service: "SHOP",
  types: "https://errors.example.com/shop/",
  problems: {
    outOfStock: {
      status: 409,
      code: "SHOP.1001",
      title: "Out of stock",
      detail: "Only {left, number} of {sku} are left.",
      docs: "The warehouse has fewer items than were asked for. Order at most as many as are left.",
      owner: "team-stock",
      from: "OutOfStockError", // by name: this package does not import the warehouse
    },
    unknownItem: {
      status: 404,
      code: "SHOP.1002",
      title: "Unknown item",
      detail: "The shop does not sell {sku}.",
      owner: "team-stock",
      from: "UnknownItemError",
    },
    checkoutClosed: {
      status: 503,
      code: "SHOP.2001",
      title: "Checkout closed",
      detail: "The checkout is closed until {until, date}.",
      docs: "Nothing was ordered. Send the order again after the time that the problem names.",
      retryAfter: 60,
      routine: true,
      owner: "team-orders",
    },
  },
});
