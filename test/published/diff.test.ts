import { breakingChanges, contractDocument } from "@fg-errors/contract";
import { extendContract } from "@fg-errors/core";
import { expect, it } from "vitest";
import { fgErrors, inFolder, shopModule, spawnFgErrors } from "./command.js";
import { shop } from "./shop.js";

const document = contractDocument(shop);
const { outOfStock, checkoutClosed, limited, oldThing } = document.problems as Required<typeof document.problems>;
const withProblems = (problems: object) => ({ ...document, problems: { ...document.problems, ...problems } }) as typeof document;

it.each([
  ["nothing", document, []],
  ["a new problem", withProblems({ more: { ...outOfStock, code: "SHOP.MORE" } }), []],
  ["another key", { ...document, problems: { soldOut: outOfStock, checkoutClosed, limited, oldThing } }, []],
  ["other texts", withProblems({ outOfStock: { ...outOfStock, title: "x", detail: "{left, number} {sku}", docs: "y" } }), []],
  ["a stronger retry", withProblems({ outOfStock: { ...outOfStock, retry: "always" } }), []],
  ["a new member", withProblems({ oldThing: { ...oldThing, members: limited!.members } }), []],
  ["a deprecated problem that is gone", { ...document, problems: { outOfStock, checkoutClosed, limited } }, []],
  [
    "a problem that is gone",
    { ...document, problems: { checkoutClosed, limited, oldThing } },
    ["SHOP.1001: it is gone without having been deprecated"],
  ],
  ["another status", withProblems({ outOfStock: { ...outOfStock, status: 404 } }), ["SHOP.1001: status 409 is now 404"]],
  [
    "another type",
    withProblems({ outOfStock: { ...outOfStock, type: "urn:x:y" } }),
    ["SHOP.1001: type https://errors.example.com/shop/out-of-stock is now urn:x:y"],
  ],
  [
    "a weaker retry",
    withProblems({ checkoutClosed: { ...checkoutClosed, retry: "idempotent" } }),
    ['SHOP.CHECKOUT_CLOSED: retry "always" is now "idempotent"'],
  ],
  [
    "a member that is gone",
    withProblems({ checkoutClosed: { ...checkoutClosed, members: undefined } }),
    ["SHOP.CHECKOUT_CLOSED: the member until is gone"],
  ],
  [
    "a member of another type",
    withProblems({
      checkoutClosed: { ...checkoutClosed, members: { ...checkoutClosed!.members, properties: { until: { type: "number" } } } },
    }),
    ['SHOP.CHECKOUT_CLOSED: the member until was {"type":"string","format":"date-time"}, and is {"type":"number"} now'],
  ],
  [
    "a member that may be missing",
    withProblems({ checkoutClosed: { ...checkoutClosed, members: { ...checkoutClosed!.members, required: [] } } }),
    ["SHOP.CHECKOUT_CLOSED: the member until may be missing now"],
  ],
  [
    "a new status",
    contractDocument(extendContract(shop, { 429: { title: "Too Many Requests", description: "Later." } })),
    ["429: the status is new: clients have not seen it"],
  ],
  ["another fold", { ...document, folds: { ...document.folds, 410: 400 } }, ["410: it left as 404, and leaves as 400 now"]],
  [
    "a fold that is gone",
    {
      ...document,
      upstreamFolds: Object.fromEntries(Object.entries(document.upstreamFolds).filter(([status]) => status !== "421")),
    },
    ["421: an upstream's left as 502, and leaves as 400 now"],
  ],
  ["a new fold", { ...document, folds: { ...document.folds, 418: 404 } }, ["418: it left as 400, and leaves as 404 now"]],
  ["a new fold to the status that left before", { ...document, folds: { ...document.folds, 418: 400 } }, []],
  [
    "a new fold of an upstream's status",
    { ...document, upstreamFolds: { ...document.upstreamFolds, 429: 502 } },
    ["429: an upstream's left as 503, and leaves as 502 now"],
  ],
  ["another service", { ...document, service: "CART" }, ["SHOP: the generic codes begin with CART now"]],
])("finds what %s breaks", (_name, after, expected) => {
  expect(breakingChanges(document, after as typeof document).map(({ subject, change }) => `${subject}: ${change}`)).toEqual(
    expected,
  );
});

it("fg-errors diff prints the changes, as text or JSON, and exits with 1", async () => {
  const changed = withProblems({ outOfStock: { ...outOfStock, status: 404 } });
  await inFolder({ "old.json": JSON.stringify(document), "new.json": JSON.stringify(changed) }, async (folder) => {
    expect(await fgErrors("diff", `${folder}/old.json`, shopModule)).toEqual({
      code: 0,
      stdout: "No breaking change.\n",
      stderr: "",
    });
    expect(await spawnFgErrors("diff", `${folder}/old.json`, `${folder}/new.json`)).toEqual({
      code: 1,
      stdout: "SHOP.1001: status 409 is now 404\n1 breaking change.\n",
      stderr: "",
    });
    const { code, stdout } = await fgErrors("diff", `${folder}/old.json`, `${folder}/new.json`, "--format", "json");
    expect([code, JSON.parse(stdout)]).toEqual([1, [{ subject: "SHOP.1001", change: "status 409 is now 404" }]]);
    expect((await fgErrors("diff", `${folder}/old.json`)).code).toBe(2);
  });
});

it("finds that a definition has changed to which a member refers", () => {
  const withStreet = (street: string) => {
    const members = {
      type: "object",
      properties: { to: { $ref: "#/$defs/address" } },
      required: ["to"],
      $defs: { address: { properties: { street: { type: street } } } },
    } as const;
    return withProblems({ outOfStock: { ...outOfStock, members } });
  };
  expect(breakingChanges(withStreet("string"), withStreet("string"))).toEqual([]);
  expect(breakingChanges(withStreet("string"), withStreet("number"))).toEqual([
    { subject: "SHOP.1001", change: "the member to refers to definitions that have changed" },
  ]);
});
