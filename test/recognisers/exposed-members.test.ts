// Where an error's message may leave, so may the code, type and title that its thrower wrote.
import { Boom } from "@hapi/boom";
import { HttpException, NotFoundException } from "@nestjs/common";
import { normalizeError } from "@fg-errors/core";
import { HTTPError } from "h3";
import { HTTPException } from "hono/http-exception";
import createError from "http-errors";
import { describe, expect, it } from "vitest";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const code = "ORDER_NOT_FOUND";
const kind = { type: "https://errors.example/no-order", title: "No Such Order" };

class OrderNotFound extends Error {
  readonly status = 404;
  readonly expose = true;
  readonly code = code;
  readonly type = kind.type;
  readonly title = kind.title;
}

const withType: Readonly<Record<string, () => Error>> = {
  "http-errors": () => createError(404, "No order 17", { code, ...kind }),
  "a class": () => new OrderNotFound("No order 17"),
  "Nest's body": () => new HttpException({ message: "No order 17", code, ...kind }, 404),
  "Nest's subclass": () => new NotFoundException({ message: "No order 17", code, ...kind }),
  Boom: () => Object.assign(new Boom("No order 17", { statusCode: 404 }), { code, ...kind }),
  Hono: () => Object.assign(new HTTPException(404, { message: "No order 17" }), { code, ...kind }),
  h3: () => Object.assign(new HTTPError({ status: 404, statusText: "No order 17" }), { code, ...kind }),
};

it.each(Object.entries(withType))("%s", (_name, make) => {
  expect(normalizeError(make())).toMatchObject({ status: 404, detail: "No order 17", code, ...kind });
});

it("a Boom's payload takes precedence", () => {
  const error = new Boom("No order 17", { statusCode: 404 });
  Object.assign(error.output.payload, { code, ...kind });
  expect(normalizeError(Object.assign(error, { code: "OTHER" }))).toMatchObject({ detail: "No order 17", code, ...kind });
});

it("a title belongs to a type", () => {
  expect(normalizeError(createError(404, "x", { title: "No Such Order" })).title).toBe("Not Found");
  expect(normalizeError(createError(404, "x", { title: "No Such Order", type: "no-order" }))).toMatchObject({
    type: "about:blank",
    title: "Not Found",
  });
});

it.each([
  ["a server's failure", createError(503, "x", { code, ...kind, expose: true })],
  ["one that is not exposed", createError(404, "x", { code, ...kind, expose: false })],
  ["a status without more", Object.assign(new Error("x"), { status: 404, code, ...kind })],
  ["plain data", { status: 404, expose: true, message: "x", code, ...kind }],
  ["a decorated TypeError", createError(404, Object.assign(new TypeError("x"), { code, ...kind }))],
])("nothing of %s leaves", (_what, error) => {
  const { status, code: sent, type } = normalizeError(error);
  expect([sent, type]).toEqual([`FSS.0${status}`, "about:blank"]);
});

describe("a code of the system or a library stays inside", () => {
  it.each([
    "ENOENT",
    "ECONNREFUSED",
    "EAI_AGAIN",
    "EOF",
    "ERR_INVALID_ARG_TYPE",
    "ERR_BAD_REQUEST",
    "HPE_INVALID_CONSTANT",
    "FST_ERR_VALIDATION",
    "EBADCSRFTOKEN",
    "P2025",
    "ER_DUP_ENTRY",
    "SQLITE_CONSTRAINT",
  ])("%s", (foreign) => {
    expect(normalizeError(createError(404, "No order 17", { code: foreign })).code).toBe("FSS.0404");
    expect(normalizeError(new HttpException({ message: "No order 17", code: foreign }, 404)).code).toBe("FSS.0404");
  });

  it.each(["no order", "", "-1", "x".repeat(65), "a\r\nb", 404, null, {}])("nor does %j leave, which is no code", (invalid) => {
    expect(normalizeError(createError(404, "No order 17", { code: invalid as string })).code).toBe("FSS.0404");
  });

  it.each(["EXPIRED", "E_NO_ORDER", "EMPTY", "40401", "order.not-found:17"])("%s is an application's own", (owned) => {
    expect(normalizeError(createError(404, "No order 17", { code: owned })).code).toBe(owned);
  });
});

it.each(hosts)("$name sends them", async ({ create }) => {
  for (const make of Object.values(withType)) {
    const act = () => {
      throw make();
    };
    const bytes = await withServer(create(act), (port) => exchange(port, request("GET /act")));
    expect(JSON.parse(parseAnswer(bytes).text)).toMatchObject({ status: 404, error_code: code, ...kind });
  }
});
