import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contractDocument, contractFromDocument, openApiComponents } from "@fg-errors/contract";
import SwaggerParser from "@apidevtools/swagger-parser";
import { createResponder, defineContract, functionGraph, normalizeError, rfc9110 } from "@fg-errors/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { scope } from "arktype";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { fgErrors, inFolder, shopModule, spawnFgErrors, type Printed } from "./command.js";
import { shop } from "./shop.js";

const root = new URL("../../", import.meta.url);
const exported = async (...args: string[]) => textOf(await fgErrors("export", ...args));
const textOf = ({ code, stdout, stderr }: Printed) => {
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
};

function validatorOf(schema: object) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

describe("fg-errors export --format json", () => {
  it("publishes the contract, by the schema of the package", async () => {
    const document = JSON.parse(textOf(await spawnFgErrors("export", shopModule, "--format", "json"))) as object;
    expect(document).toEqual(contractDocument(shop));
    const schema = JSON.parse(readFileSync(new URL("packages/contract/schema/contract-1.json", root), "utf8")) as { $id: string };
    const validate = validatorOf(schema);
    for (const each of [document, contractDocument(functionGraph), contractDocument(rfc9110)])
      expect([validate(each), validate.errors]).toEqual([true, null]);
    expect(schema.$id).toBe((document as { $schema: string }).$schema);
    expect(validate({ ...document, problems: { a: { status: 200 } } })).toBe(false);
  });

  it("has of each problem what a client has to know, and no code", () => {
    expect(contractDocument(shop).problems).toEqual({
      outOfStock: {
        code: "SHOP.1001",
        type: "https://errors.example.com/shop/out-of-stock",
        status: 409,
        title: "Out of stock",
        detail: "Only {left, number} of {sku} are left.",
        retry: "never",
        members: { type: "object", properties: { left: { type: "number" }, sku: { type: "string" } }, required: ["left", "sku"] },
        docs: "The warehouse has fewer items than were asked for.",
        owner: "team-stock",
        since: "1.0",
      },
      checkoutClosed: expect.objectContaining({ retry: "always", retryAfter: 60 }),
      limited: expect.objectContaining({
        members: {
          type: "object",
          properties: {
            plan: { type: "string" },
            used: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
            note: { type: "string" },
          },
          required: ["plan", "used"],
        },
      }),
      oldThing: expect.objectContaining({ deprecated: "Use SHOP.1001. */" }),
    });
  });

  it("is a contract again: it makes the same problems, and publishes the same document", async () => {
    const document = JSON.parse(JSON.stringify(contractDocument(shop))) as unknown;
    const loaded = contractFromDocument(document);
    expect(contractDocument(loaded)).toEqual(document);
    const problemOf = ({ problems }: typeof loaded) =>
      normalizeError(problems["outOfStock"]!({ sku: "A-1", left: 2 }), { contract: loaded });
    expect({ ...problemOf(loaded), cause: 0 }).toEqual({ ...problemOf(shop as never), cause: 0 });
    expect(normalizeError(new Error("x"), { contract: loaded }).code).toBe("SHOP.0500");
    await inFolder({ "errors.json": JSON.stringify(document) }, async (folder) => {
      const again = await exported(join(folder, "errors.json"), "--format", "json");
      expect(JSON.parse(again)).toEqual(document);
    });
    expect(contractDocument(contractFromDocument(contractDocument(functionGraph)))).toEqual(contractDocument(functionGraph));
  });
});

describe("fg-errors export --format json-schema", () => {
  it("accepts what a service sends, and refuses what it does not", async () => {
    const validate = validatorOf(JSON.parse(await exported(shopModule, "--format", "json-schema")) as object);
    const { responses } = openApiComponents(shop, "3.1");
    const examples = Object.values(responses).flatMap((response) =>
      Object.values(
        (response as { content: Record<string, { examples: Record<string, { value: object }> }> }).content["application/json"]!
          .examples,
      ).map(({ value }) => value),
    );
    expect(examples.length).toBeGreaterThan(17);
    for (const example of examples) expect([example, validate(example)]).toEqual([example, true]);
    expect(validate({ ...examples[0], status: 418 })).toBe(false);
    expect(validate({ ...examples[0], request_id: undefined })).toBe(false);
  });
});

describe("the schema of a row's members", () => {
  const Category = z.object({
    name: z.string(),
    get children() {
      return z.array(Category);
    },
  });
  const Step = z.object({
    name: z.string(),
    get next() {
      return Step.optional();
    },
  });
  const address = z.object({ street: z.string() }).meta({ id: "postal/address" });
  const row = { status: 409, title: "t", detail: "No {sku}." } as const;
  const contract = defineContract(functionGraph, {
    service: "S",
    types: "urn:example:s:",
    problems: {
      tree: { ...row, members: z.object({ root: Category, from: address, to: address }) },
      whole: { ...row, members: Step },
      cyclic: { ...row, members: scope({ step: { name: "string", "next?": "step" } }).export().step },
    },
  });
  const published = contractFromDocument(JSON.parse(JSON.stringify(contractDocument(contract))));

  it.each([
    ["3.0", contract],
    ["3.1", contract],
    ["3.1", published],
  ] as const)("may have definitions and recursion, in OpenAPI %s", async (version, each) => {
    const components = openApiComponents(each, version);
    const document = { openapi: `${version}.0`, info: { title: "t", version: "1" }, paths: {}, components };
    await SwaggerParser.validate(JSON.parse(JSON.stringify(document)) as never);
    const { examples } = (components.responses["Problem409"] as { content: Record<string, { examples: object }> }).content[
      "application/json"
    ]!;
    expect(examples).toMatchObject({
      tree: { value: { root: { name: "example", children: [] }, to: { street: "example" }, sku: "example" } },
      whole: { value: { name: "example" } },
    });
  });

  it("may have definitions and recursion, in JSON Schema", () => {
    const validate = validatorOf(JSON.parse(formats["json-schema"]!(contract, { openapi: "3.1" })) as object);
    const bodyOf = (thrown: Error) =>
      JSON.parse(
        createResponder({ contract, onError: () => {} })(thrown, { method: "GET", url: "/", headers: {} }).body,
      ) as object;
    const { tree, whole, cyclic } = contract.problems;
    const leaf = { name: "b", children: [] };
    const to = { street: "c" };
    const bodies = [
      bodyOf(tree({ sku: "A", root: { name: "a", children: [leaf] }, from: to, to })),
      bodyOf(whole({ sku: "A", name: "a", next: { name: "b" } })),
      bodyOf(cyclic({ sku: "A", name: "a", next: { name: "b", next: { name: "c" } } })),
    ];
    const problemOf = (name: string) => ({ $ref: `#/$defs/${name}` });
    for (const body of bodies) expect([body, validate(body)]).toEqual([body, true]);
    const schema = JSON.parse(formats["json-schema"]!(contract, { openapi: "3.1" })) as { $defs: object };
    for (const [at, name] of ["TreeProblem", "WholeProblem", "CyclicProblem"].entries()) {
      const one = validatorOf({ $defs: schema.$defs, ...problemOf(name) });
      expect([name, one(bodies[at])]).toEqual([name, true]);
    }
    const one = validatorOf({ $defs: schema.$defs, ...problemOf("CyclicProblem") });
    expect(one({ ...bodies[2], next: { name: 1 } })).toBe(false);
  });
});

describe("fg-errors export --format ts", () => {
  it("writes a table that TypeScript compiles, also where a text tries to end a comment", async () => {
    const text = await exported(shopModule, "--format", "ts");
    expect(text).toContain(
      'outOfStock: { code: "SHOP.1001", status: 409, retry: "never", members: { "left": "number", "sku": "string" } },',
    );
    expect(text).toContain('members: { "until": "date" } }');
    expect(text).toContain("@deprecated Use SHOP.1001. * / */");
  });
});

describe("wrong use is one line, and exit code 2", () => {
  const files = {
    "two.mjs": `import { functionGraph, rfc9110 } from ${JSON.stringify(new URL("packages/core/dist/esm/index.js", root).href)}; export { functionGraph, rfc9110 };`,
    "none.mjs": "export const shop = 1;",
    "broken.mjs": "export const shop = ;",
    "throws.mjs": 'throw new TypeError("defineContract: a.status is missing\\nmore");',
    "text.json": "{ no",
    "lines.json": "no\nJSON\n",
    "tables.mjs": 'export const shop = { name: "shop", statuses: {}, folds: {}, upstreamFolds: {} };',
    "rows.mjs": `import { functionGraph } from "./two.mjs"; export const shop = { ...functionGraph, problems: { a: 1 } };`,
    "other.json": '{ "$schema": "x" }',
    "half.json": JSON.stringify({ $schema: contractDocument(shop).$schema }),
    "module.ts": "enum A { B } export const shop = A.B;",
    "a\u0007b.mjs": "",
  };

  it.each([
    [["export", "FOLDER/none.mjs", "--format", "json"], "exports no contract: it takes what defineContract() returns"],
    [["export", "FOLDER/two.mjs", "--format", "json"], "exports several contracts: name one, such as "],
    [["export", "FOLDER/two.mjs#shop", "--format", "json"], 'exports no contract "shop"; it exports functionGraph, rfc9110'],
    [["export", "FOLDER/missing.mjs", "--format", "json"], "cannot be loaded: Cannot find module"],
    [["export", "FOLDER/missing.json", "--format", "json"], "cannot be read: ENOENT"],
    [["export", "FOLDER/broken.mjs", "--format", "json"], "cannot be loaded: Unexpected token"],
    [["export", "FOLDER/throws.mjs", "--format", "json"], "cannot be loaded: defineContract: a.status is missing"],
    [["export", "FOLDER/text.json", "--format", "json"], "is no JSON: "],
    [["export", "FOLDER/lines.json", "--format", "json"], "is no JSON: Unexpected token"],
    [["export", "FOLDER/tables.mjs", "--format", "nginx"], "exports no contract: it takes what defineContract() returns"],
    [["export", "FOLDER/rows.mjs", "--format", "haproxy"], "exports no contract: it takes what defineContract() returns"],
    [["export", "FOLDER/other.json", "--format", "json"], 'is no contract: $schema is "x"'],
    [["export", "FOLDER/half.json", "--format", "json"], "is no contract: statuses is missing"],
    [["export", "FOLDER/module.ts", "--format", "json"], "cannot be loaded: "],
    [["export", shopModule, "--format", "xml"], `--format takes ${Object.keys(formats).join(", ")}, pages, not xml`],
    [["export", shopModule, "--format", "openapi", "--openapi", "2.0"], "--openapi takes 3.0, 3.1, 3.2, not 2.0"],
    [["export", shopModule], `--format takes ${Object.keys(formats).join(", ")}`],
    [["export", shopModule, "--format", "json", "--out", "FOLDER/none/x"], "cannot be written: ENOENT"],
    [["export", shopModule, "--format", "json", "--out", ""], "--out takes a value; usage: fg-errors export"],
    [["export", shopModule, "--format", "pages", "--out="], "--out takes a value; usage: fg-errors export"],
    [["export", shopModule, "--format", "pages", "--out", "-"], "--format pages takes --out DIR"],
    [["export", "--format", "json"], "usage: fg-errors export CONTRACT"],
    [["export", shopModule, "--formt", "json"], "Unknown option '--formt'; usage: fg-errors export CONTRACT"],
    [["exprot"], 'there is no command "exprot"; the commands are export, merge, diff, check'],
  ])("%j", async (args, message) => {
    await inFolder(files, async (folder) => {
      const command = message.startsWith("cannot be loaded") ? spawnFgErrors : fgErrors; // Vitest's loader has other messages
      const { code, stdout, stderr } = await command(...args.map((arg) => arg.replace("FOLDER", folder)));
      expect(stderr).toContain(message);
      expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
    });
  });

  it.each([
    ["process.exit(0);", 2, "the command has ended early"],
    ["await new Promise(() => {});", 2, "the command has ended early"],
    ["throw null;", 2, "cannot be loaded: null"],
    ['throw "text";', 2, "cannot be loaded: 'text'"],
    ["setInterval(() => {}, 1000);", 0, ""],
    ['console.log("printed"); process.stdout.write("too\\n");', 0, "printed\ntoo\n"],
    ['queueMicrotask(() => { throw new Error("late"); });', 2, "Error: late"],
  ])("a module may say %s", async (code, expected, message) => {
    const text = `${files["two.mjs"].replace(", rfc9110 };", " };")}\n${code}`;
    await inFolder({ "module.mjs": text }, async (folder) => {
      const printed = await spawnFgErrors("export", join(folder, "module.mjs"), "--format", "json");
      expect(printed.code).toBe(expected);
      if (expected === 0)
        expect([JSON.parse(printed.stdout), printed.stderr]).toEqual([contractDocument(functionGraph), message]);
      else expect([printed.stdout, printed.stderr]).toEqual(["", expect.stringContaining(message)]);
    });
  });

  it("a command that is not named is explained", async () => {
    const [none, asked] = [await spawnFgErrors(), await spawnFgErrors("--help")];
    expect([none.code, asked.code, none.stdout]).toEqual([2, 0, asked.stdout]);
    expect(asked.stdout).toContain("fg-errors diff OLD NEW");
  });
});
