// The application that all contestants are: what it answers, and what goes wrong in it.
import { STATUS_CODES } from "node:http";
import { defineContract, functionGraph } from "@fg-errors/core";
import createError from "http-errors";
import { z } from "zod";

/** What the happy path answers with. */
export const order = { id: 17, state: "paid", total: 99.5, items: ["ale", "bread"] };

/** What is said of a status where nothing better is known; made once. */
const known = new Map(
  [400, 404, 405, 409, 500].map((status) => [
    status,
    { title: STATUS_CODES[status] ?? "", detail: `This is what ${status} means.`, code: `FSS.0${status}` },
  ]),
);

/** @param {number} status */
export function words(status) {
  return known.get(status) ?? { title: "", detail: "", code: "" };
}

export const message = "No such order";

/** What handlers commonly throw. */
export const httpError = () => createError(404, message);

/** An error that exists already: with it a request costs what its answer costs, and not what its stack does. */
const existing = httpError();

/** Throws it again. */
export function rethrows() {
  throw existing;
}

/** An application's own error, whose meaning stands in a catalogue. */
export class OutOfStock extends Error {
  /** Pieces that are left. */
  left = 2;
}

/** The catalogue. */
export const catalogue = defineContract(functionGraph, {
  service: "SHOP",
  types: "urn:example:shop:",
  problems: {
    outOfStock: { status: 409, title: "Out of stock", detail: "Only {left, number} are left.", from: OutOfStock },
  },
});

/** What it says, for those who write it by hand. */
export const outOfStock = { type: "urn:example:shop:out-of-stock", title: "Out of stock", code: "SHOP.0409" };

/** @param {OutOfStock} error */
export const detailOf = ({ left }) => `Only ${left} are left.`;

const soldOut = new OutOfStock("SELECT left FROM stock");

/** Throws it again, too. */
export function sellsOut() {
  throw soldOut;
}

/** A failure that nobody meant. */
export function fails() {
  throw new Error("Cannot read the order");
}

const schema = z.object({
  id: z.int(),
  state: z.enum(["open", "paid"]),
  total: z.number(),
  mail: z.email(),
  items: z.array(z.string()),
});
const wrong = { id: "17", state: "lost", total: "99.5", mail: "nobody", items: "ale" };

/** Throws zod's own error, of five fields. */
export function validates() {
  return schema.parse(wrong);
}

/**
 * The same for those who want an error of another kind.
 * @param {(error: z.ZodError) => Error} errorOf
 */
export function validatesAs(errorOf) {
  return () => {
    try {
      return validates();
    } catch (error) {
      throw errorOf(/** @type {z.ZodError} */ (error));
    }
  };
}

/**
 * Lists the invalid fields for the client.
 * @param {z.ZodError} error
 */
export function fieldsOf({ issues }) {
  return issues.map(({ path, message }) => ({ path: path.join("."), message }));
}

/**
 * The same in our form.
 * @param {z.ZodError} error
 */
export function pointersOf({ issues }) {
  return issues.map(({ path, message }) => ({ pointer: `#/${path.join("/")}`, detail: message }));
}
