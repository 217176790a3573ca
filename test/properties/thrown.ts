// Values that somebody may throw: of no shape, of the shapes that the recognisers know, and such as bite when they are looked at.
// What is drawn is a recipe, plain data, for fast-check would be bitten too; it is also what a counterexample shows.
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { clientFacingFamilies, operationalFamilies } from "../../packages/core/src/recognisers/families.js";
import type { Family } from "../../packages/core/src/recognisers/rule.js";
import { mutated } from "./mutated.js";
import { bites, makes, secret, states } from "./recipes.js";
import { shapes, exposedBy, exposedByCode } from "./shapes.js";

/** What `make` makes of it is thrown. */
export interface Recipe {
  readonly make: keyof typeof makes;
  readonly members: Readonly<Record<string, unknown>>;
  /** What is done to it then. */
  readonly state: keyof typeof states;
}

const known = (table: "marks" | "names" | "codes", families: readonly Family[]) =>
  fc.constantFrom(...families.flatMap((family) => Object.keys(family[table] ?? {})));

/** Members that recognisers ask for, besides those by which they know a family. */
const asked = fc.constantFrom(
  ..."status statusCode httpStatusCode expose headers code name message cause errors error original originalError parent".split(
    " ",
  ),
  ..."response request output data type detail details inner path params context extensions metadata req res driverError".split(
    " ",
  ),
  ..."property constraints children keyword instancePath msg nestedErrors reason options config getMap isBoom toJSON".split(" "),
);

/** Names that node:http takes, so that their values are looked at as well. */
const fieldName = fc.constantFrom(
  "Retry-After",
  "WWW-Authenticate",
  "Allow",
  "Content-Length",
  "Set-Cookie",
  "Vary",
  "X-Request-Id",
  "X-A",
  ..."ETag Expires Age CDN-Cache-Control Surrogate-Control X-Accel-Redirect X-Reproxy-URL Refresh Last-Modified Content-Encoding".split(
    " ",
  ),
);

/** Fields that may all be sent, as far as their form goes. */
const fields = fc.dictionary(fieldName, fc.constantFrom("0", "120", "max-age=60", "gzip", "/a"), { minKeys: 1, maxKeys: 4 });

/** Texts on which a careless regex, table or log breaks. */
const awkwardText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "",
    "\r\nSet-Cookie: a=1",
    "\ud800",
    "\u202e",
    "fetch failed",
    "terminated",
  ),
);

/** What a member may be: most of them are data, some of them bite. */
const member: Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    awkwardText,
    fc.oneof(fc.integer({ min: -1, max: 1000 }), fc.double(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined)),
    fc.record({ bite: fc.constantFrom(...(Object.keys(bites) as (keyof typeof bites)[])) }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(asked, fc.string({ maxLength: 5 })), tie("value"), { maxKeys: 4 }),
    tie("value").map((cause) => ({ make: "Error", members: { cause, stack: secret }, state: "as it is" })),
  ),
})).value;

const members = fc
  .tuple(
    fc.dictionary(fc.oneof(asked, known("marks", [...clientFacingFamilies, ...operationalFamilies])), member, { maxKeys: 8 }),
    fc.record(
      {
        name: fc.oneof(known("names", [...clientFacingFamilies, ...operationalFamilies]), member),
        code: fc.oneof(known("codes", [...clientFacingFamilies, ...operationalFamilies]), member),
        status: fc.oneof(fc.integer({ min: 390, max: 610 }), member),
        expose: fc.oneof(fc.boolean(), member),
        headers: fc.oneof(fields, fc.dictionary(fc.oneof(awkwardText, fieldName), member, { maxKeys: 3 }), member),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([some, usual]) => ({ ...some, ...usual }));

/** What the inside looks like, which no recogniser hands on, whatever else an error has. */
const inside = Object.fromEntries(
  "stack sql sqlMessage parameters address hostname host syscall table schema"
    .split(" ")
    .map((name) => [name, `${secret} in ${name}`]),
);

const stateNames = Object.keys(states) as Recipe["state"][];

/** Anything with members: an error of this realm or another, a plain object, a function, a list, in all states. */
export const shaped: Arbitrary<Recipe> = fc.record({
  make: fc.constantFrom(...(Object.keys(makes) as Recipe["make"][])),
  members: members.map((own) => ({ ...own, ...inside })),
  state: fc.constantFrom(...stateNames),
});

/** An error of a family with a few of its members exchanged, and all that it knows of the inside. */
const nearly = fc
  .tuple(fc.constantFrom(...shapes), fc.constantFrom(...stateNames))
  .chain(([{ make, members }, state]) =>
    mutated([members], member).map((changed) => ({ make, members: { ...(changed as object), ...inside }, state })),
  );

export const anything: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: shaped },
  { weight: 4, arbitrary: nearly },
  { weight: 1, arbitrary: member },
);

/** Errors that happened: whatever they are known by, nobody meant their words for a client. */
export const unmeant: Arbitrary<Recipe> = fc
  .record(
    {
      name: known("names", operationalFamilies),
      code: fc.oneof(known("codes", operationalFamilies), awkwardText),
      status: fc.integer({ min: 100, max: 700 }),
      expose: fc.constantFrom(false, undefined, 1, "true"),
      errno: fc.oneof(fc.integer(), awkwardText),
      cause: fc.oneof(shaped, fc.constant({ make: "TypeError", members: { message: secret }, state: "as it is" })),
      message: fc.constantFrom("", "connect ECONNREFUSED ", "duplicate key: ", "fetch failed", "Unexpected token in JSON "),
    },
    { requiredKeys: ["message"] },
  )
  .chain((own) =>
    fc.record({
      make: fc.constantFrom("Error", "TypeError", "RangeError", "Error of another realm"),
      members: fc.constant({ ...own, ...inside, message: `${own.message}${secret}`, path: secret }),
      state: fc.constantFrom("as it is", "frozen", "behind a Proxy", "within an AggregateError"),
    }),
  );

/** Errors whose throwers wanted a client to read them, which nobody may of a server's failure. */
export const exposedFailures: Arbitrary<Recipe> = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 500, max: 599 }).map((status) => exposedBy(status, secret)),
      fc
        .constantFrom("INTERNAL_SERVER_ERROR", "NOT_IMPLEMENTED", "BAD_GATEWAY", "SERVICE_UNAVAILABLE", "GATEWAY_TIMEOUT")
        .map((code) => exposedByCode(code, secret)),
    ),
    fc.nat(),
    fc.constantFrom(...stateNames),
  )
  .map(([recipes, at, state]) => ({ ...recipes[at % recipes.length]!, state }));
