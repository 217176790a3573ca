// Error bodies of frameworks and libraries, as they are really sent; s3cr3t is what no client gets to read.
import { json, problem, type EnvelopeExample } from "./envelope-examples.js";

export const ofFrameworks: readonly EnvelopeExample[] = [
  [
    "ASP.NET's ValidationProblemDetails",
    problem({
      type: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
      title: "One or more validation errors occurred.",
      status: 400,
      errors: { "$.items[0].price": ["The price is required."], Name: ["Too short.", "Not a name."] },
      traceId: "00-1f-01",
      exception: { details: "s3cr3t", headers: { Authorization: ["s3cr3t"] } },
    }),
    {
      extensions: { traceId: "00-1f-01" },
      type: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
      title: "One or more validation errors occurred.",
      detail: "One or more validation errors occurred.",
      errors: [
        { pointer: "#/items/0/price", detail: "The price is required." },
        { pointer: "#/Name", detail: "Too short." },
        { pointer: "#/Name", detail: "Not a name." },
      ],
    },
  ],
  [
    "Spring Boot",
    json({
      timestamp: "2026-01-01T00:00:00.000+00:00",
      status: 400,
      error: "Bad Request",
      trace: "java.lang.s3cr3t",
      message: "Validation failed",
      errors: [
        {
          codes: ["NotNull"],
          defaultMessage: "must not be null",
          objectName: "order",
          field: "items[0].id",
          rejectedValue: "s3cr3t",
        },
      ],
      path: "/s3cr3t",
    }),
    { detail: "Validation failed", errors: [{ pointer: "#/items/0/id", detail: "must not be null" }] },
  ],
  ["hapi", json({ statusCode: 409, error: "Conflict", message: "Already paid" }), { detail: "Already paid" }],
  [
    "Fastify",
    json({ statusCode: 400, code: "FST_ERR_VALIDATION", error: "Bad Request", message: "body/age must be number" }),
    { code: "FST_ERR_VALIDATION", detail: "body/age must be number" },
  ],
  [
    "Nest",
    json({ statusCode: 400, message: ["name must be a string", "age must be positive"], error: "Bad Request" }),
    { detail: "Bad Request", errors: [{ detail: "name must be a string" }, { detail: "age must be positive" }] },
  ],
  [
    "Laravel",
    json({ message: "The name field is required.", errors: { "items.0.name": ["The name field is required."] } }),
    { detail: "The name field is required.", errors: [{ pointer: "#/items/0/name", detail: "The name field is required." }] },
  ],
  [
    "FastAPI",
    json({
      detail: [
        { loc: ["body", "items", 0, "price"], msg: "Field required", type: "missing", input: { card: "s3cr3t" } },
        { loc: ["query", "limit"], msg: "Input should be a valid integer", type: "int_parsing", input: "s3cr3t" },
        { loc: ["header", "x-token"], msg: "Not s3cr3t", type: "x", input: "s3cr3t" },
      ],
    }),
    {
      errors: [
        { pointer: "#/items/0/price", detail: "Field required" },
        { parameter: "limit", detail: "Input should be a valid integer" },
        { header: "x-token", detail: "" },
      ],
    },
  ],
  [
    "express-validator",
    json({ errors: [{ type: "field", msg: "Invalid value", path: "email", location: "body", value: "s3cr3t" }] }),
    { errors: [{ pointer: "#/email", detail: "Invalid value" }] },
  ],
  [
    "express-validator 6",
    json({ errors: [{ msg: "Invalid value", param: "page", location: "query", value: "s3cr3t" }] }),
    { errors: [{ parameter: "page", detail: "Invalid value" }] },
  ],
  [
    "errors as a serialiser leaves them",
    json({ errors: [{ name: "ValidationError", message: "Too long" }], details: { order: "s3cr3t" } }),
    { detail: "Too long" },
  ],
  [
    "details that are none of fields",
    json({ code: "A.1", message: "Too long", details: { order: "s3cr3t" }, detail: { a: "s3cr3t" } }),
    { code: "A.1", detail: "Too long" },
  ],
  [
    "Mongoose",
    json({
      message: "Order validation failed",
      errors: { "items.0": { name: "ValidatorError", message: "Required.", value: "s3cr3t" }, total: 17 },
    }),
    { detail: "Order validation failed", errors: [{ pointer: "#/items/0", detail: "Required." }] },
  ],
  [
    "Rails",
    json({ errors: ["Name can't be blank", "Age is too low"] }),
    { errors: [{ detail: "Name can't be blank" }, { detail: "Age is too low" }] },
  ],
  [
    "OpenAPI's words",
    json({
      message: "Not valid",
      errors: [
        { in: "path", name: "id", message: "Not an id" },
        { in: "cookie", name: "a.b", message: "Old" },
      ],
    }),
    {
      detail: "Not valid",
      errors: [
        { parameter: "id", detail: "Not an id" },
        { parameter: "a.b", detail: "Old" },
      ],
    },
  ],
  ["Salesforce", json([{ message: "No such row", errorCode: "NOT_FOUND" }]), { code: "NOT_FOUND", detail: "No such row" }],
  ["Connect, Twirp", json({ code: "not_found", msg: "No such hat" }), { code: "not_found", detail: "No such hat" }],
  ["Django REST framework", json({ detail: "Not found.", code: "gone" }), { code: "gone", detail: "Not found." }],
  ["a text in JSON", json("No such order"), { detail: "No such order" }],
  [
    "PHP, which says that all is HTML",
    json({ message: "No such order" }, "text/html; charset=UTF-8"),
    { detail: "No such order" },
  ],
  ["plain text", ["text/plain", "No such order\n"], { detail: "No such order" }],
];
