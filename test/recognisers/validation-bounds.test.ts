import { GeneralError } from "@feathersjs/errors";
import { Ajv } from "ajv";
import { ValidationError } from "class-validator";
import { describe, expect, it } from "vitest";
import * as yup from "yup";
import { z } from "zod";
import { normalizeError, type Problem } from "@fg-errors/core";
import { expectWork } from "../patience.js";
import { failure } from "./outcome.js";

const secret = "s3cr3t";

const shown = (problem: Problem) => JSON.stringify({ ...problem, cause: undefined });

describe("whose fault it is", () => {
  const issues = () => z.object({ a: z.number() }).safeParse({ a: secret }).error;

  it.each([
    [
      "a status of its own that the contract lacks",
      Object.assign(issues()!, { status: 422 }),
      {},
      { status: 400, receivedStatus: 422 },
    ],
    ["a status of its own", Object.assign(issues()!, { statusCode: 409 }), {}, { status: 409 }],
    ["the server's own data", Object.assign(issues()!, { status: 500 }), {}, { status: 500 }],
    ["an upstream's reply", issues(), { origin: "upstream" }, { status: 502 }],
    ["a stored record", issues(), { origin: "datastore" }, { status: 500 }],
    ["a request", issues(), { origin: "inbound" }, { status: 400 }],
  ] as const)("%s", (_, error, options, expected) => {
    const problem = normalizeError(error, options);
    expect(problem).toMatchObject(expected);
    expect(problem.errors).toEqual(
      problem.status < 500 ? [{ pointer: "#/a", detail: expect.stringContaining("number") }] : undefined,
    );
    expect(shown(problem)).not.toContain(secret);
  });

  it.each([
    ["GraphQL's result", { errors: [{ message: secret, path: ["a"] }] }],
    ["an AggregateError", new AggregateError([new Error(secret)])],
    ["a tracker's issues", { issues: [{ title: secret }] }],
    ["an Error's own issues", Object.assign(new Error(), { issues: [{ message: `${secret}.internal:5432 replica lag` }] })],
    ["an empty list", { issues: [], errors: [], validation: [], details: [], isJoi: true }],
    ["a list that is none", { issues: "x", errors: {}, validation: 1, failures: 1 }],
    ["an empty array", []],
    ["a ValidationError of somebody else", Object.assign(new Error(secret), { name: "ValidationError" })],
  ])("not validation: %s", (_, value) => {
    const problem = normalizeError(value);
    expect(problem).toMatchObject({ status: 500 });
    expect(problem.errors).toBeUndefined();
    expect(shown(problem)).not.toContain(secret);
  });
});

/** An HTTP client may copy what a body says onto its error, so an upstream could have written any of this. */
describe("an Error in a list is no library's issue", () => {
  const members = {
    instancePath: `/${secret}`,
    keyword: "type",
    message: secret,
    property: secret,
    constraints: { isEmail: secret },
    type: "field",
    location: "body",
    path: [secret],
    msg: secret,
    kind: "schema",
  };
  const forged = Object.assign(new Error(), members);
  const inner = Object.assign(new Error(), { errors: [members] });
  const child = Object.assign(new ValidationError(), { property: "a", children: [forged] });

  it.each([
    ["an AggregateError", new AggregateError([forged])],
    ["a bare list", [forged]],
    ["errors", { errors: [forged] }],
    ["issues", { issues: [forged] }],
    ["details", { isJoi: true, details: [forged] }],
    ["validation", { validation: [forged] }],
    ["one without a stack", [Object.assign(new Error(), members, { stack: undefined })]],
    ["one that only looks like an Error", [{ ...members, stack: "" }]],
    ["Feathers' copy of its list", new GeneralError(inner)],
    ["an inner error", Object.assign(new Error(), { name: "ValidationError", inner: [forged] })],
    ["the API's", Object.assign(new Error(), { name: "Bad Request", errors: [{ ...forged, path: secret, stack: "" }] })],
  ])("%s", (_, thrown) => {
    const problem = normalizeError(thrown);
    expect(problem.status).toBe(500);
    expect(problem.errors).toBeUndefined();
    expect(shown(problem)).not.toContain(secret);
  });

  it.each([
    ["behind a real issue", [{ instancePath: "/a", keyword: "type", message: "must be number" }, forged]],
    ["inside one", [child]],
    ["among alternatives", { errors: [{ type: "alternative", msg: "Invalid value", nestedErrors: [forged] }] }],
    ["in a union", { issues: [{ message: "Invalid input", path: [], errors: [[forged]] }] }],
  ])("%s", (_, thrown) => {
    const problem = normalizeError(thrown);
    expect(problem.status).toBe(400);
    expect(shown(problem)).not.toContain(secret);
  });
});

describe("bounds", () => {
  it("lists at most 100 fields", async () => {
    const error = await failure(() => z.array(z.number()).parse(Array(5000).fill(secret)));
    expect(normalizeError(error).errors).toHaveLength(100);
  });

  it.each([
    ["a value that looks like what is cut off", `${secret}, received ${secret}`],
    ["a nested one", [[{ deep: secret }]]],
    ["one with quotes and line breaks", `"${secret}"\n`],
    ["one around which there is space", `  ${secret}  `],
  ])("drops a custom message that quotes %s", async (_, value) => {
    const schema = yup.mixed().test("t", "${value} it was, and ${originalValue}", () => false);
    expect(normalizeError(await failure(() => schema.validate(value))).errors).toEqual([{ detail: "Not valid." }]);
  });

  it("looks at no more of them", () => {
    let looks = 0;
    const issue = {
      get message() {
        return String(looks++);
      },
    };
    normalizeError({ issues: Array.from({ length: 5000 }, () => issue) });
    expect(looks).toBeLessThan(200);
  });

  it("drops a message that is too long to look at", async () => {
    const error = await failure(() =>
      yup
        .string()
        .matches(/^\d/, ({ value }) => `no ${value}`)
        .validate(`${secret}${"x".repeat(10_000)}`),
    );
    expect(normalizeError(error).errors).toEqual([{ detail: "Not valid." }]);
  });

  it("reads the other members of an issue that has one which cannot be read", () => {
    const issue = (message: string) => ({
      path: ["a"],
      message,
      data: secret,
      get input() {
        throw new Error(secret);
      },
    });
    const issues = [issue(`is not ${secret}`), issue("is not known")];
    expect(normalizeError(Object.assign(new Error("invalid"), { issues })).errors).toEqual([
      { pointer: "#/a", detail: "Not valid." },
      { pointer: "#/a", detail: "is not known" },
    ]);
  });

  it("survives a hostile list", () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    const hostile = {
      get message(): string {
        throw new Error(secret);
      },
    };
    for (const issues of [
      proxy,
      [proxy],
      [hostile],
      [
        {
          message: "m",
          path: [
            proxy,
            {
              get key() {
                throw new Error(secret);
              },
            },
          ],
        },
      ],
    ])
      expect([400, 500]).toContain(normalizeError({ issues }).status);
  });

  it("looks at a value once, however many issues keep it", () => {
    let looks = 0;
    const target = Object.fromEntries(Array.from({ length: 1000 }, (_, key) => [`k${key}`, secret]));
    const value = new Proxy(target, { ownKeys: (keys) => (looks++, Reflect.ownKeys(keys)) });
    const validate = new Ajv({ allErrors: true, verbose: true }).compile({ type: "object", additionalProperties: false });
    validate(value);
    looks = 0;
    expect(normalizeError(validate.errors).errors).toHaveLength(100);
    expect(looks).toBe(1);
  });

  it("takes the bytes of a file for no value", async () => {
    const schema = yup.mixed().test("t", "has more than 200 bytes", () => false);
    const error = await failure(() => schema.validate({ bytes: Buffer.alloc(300, 200) }));
    expect(normalizeError(error).errors).toEqual([{ detail: "has more than 200 bytes" }]);
  });

  // Six times: without a bound it takes seconds, not for ever.
  const ofItself = (member: string, issue: object) => [Object.assign(issue, { [member]: Array(6).fill(issue) })];
  it.each([
    ["issues", { issues: ofItself("issues", { message: "m", path: ["a"] }) }],
    ["errors", { issues: ofItself("errors", { message: "m", path: ["a"] }) }],
    [
      "unionErrors",
      {
        issues: ofItself("unionErrors", {
          message: "m",
          path: ["a"],
          get issues() {
            return [this];
          },
        }),
      },
    ],
    ["children", ofItself("children", { property: "a", constraints: {} })],
  ])("ends with an issue whose %s are itself, many times", async (_, thrown) => {
    await expectWork(() => expect(normalizeError(thrown).status).toBe(400), 1000);
  });
});
