// Whatever a handler has set and then throws, what an adapter writes keeps the contract, and it is reported once.
import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server, type IncomingHttpHeaders } from "node:http2";
import type { Server } from "node:http";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertContract, usualCanaries } from "../assert-contract.js";
import { hosts, type Act } from "../hosts.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { claimed, junk } from "./claims.js";
import { bites, cook } from "./recipes.js";
import { settings } from "./settings.js";
import { anything } from "./thrown.js";

/** Those that bite, and those that are nothing, have a share of their own; so have those that say what they mean themselves. */
const value = fc.oneof(
  { weight: 8, arbitrary: anything },
  { weight: 3, arbitrary: claimed },
  fc.constantFrom(null, undefined, false, 0, ""),
  fc.record({ bite: fc.constantFrom(...Object.keys(bites)) }),
);

/** Of the success that did not come about. */
const set = { ETag: '"s3cr3t"', "Content-Encoding": "gzip", Expires: "Fri, 31 Dec 2100 23:59:59 GMT", "Cache-Control": "public" };

/** Besides, with values of which Node refuses some at once, and some when the head is sent. */
const fields = fc.array(
  fc.tuple(
    fc.constantFrom(
      "Location",
      "Access-Control-Max-Age",
      "Date",
      "Trailer",
      "Upgrade",
      "Vary",
      "WWW-Authenticate",
      "Allow",
      "X-A",
    ),
    fc.oneof(
      junk.filter((value) => !/huge|cyclic|function|itself/.test(JSON.stringify(value ?? 0, bigInts))), // texts of these have secrets in them
      fc.constantFrom(["/a", "/b"], "a\nb", " a ", []),
    ),
  ),
  { maxLength: 3 },
);

function bigInts(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** What Express takes for "go on": no other route is found then. */
const passes = (thrown: unknown) => !thrown || thrown === "route" || thrown === "router";

/** What a client is not to see; what claims to be ours is believed. */
const canariesOf = (recipe: unknown) =>
  typeof recipe === "object" && recipe !== null && "claims" in recipe ? [] : usualCanaries;

describe.each(hosts)("$name", ({ create, createHttp2, family }) => {
  let thrown: unknown;
  let causes: unknown[] = [];
  let own: readonly (readonly [name: string, value: unknown])[] = [];
  const act: Act = (_request, response) => {
    for (const [name, value] of [...Object.entries(set), ...own])
      try {
        response.setHeader(name, value as string);
      } catch {}
    throw thrown;
  };
  const options = { proxyName: "edge", onError: ({ cause }: { cause: unknown }) => void causes.push(cause) };

  const property = (ask: () => Promise<Answer>) =>
    fc.assert(
      fc.asyncProperty(value, fields, async (recipe, drawn) => {
        thrown = cook(recipe);
        own = drawn.map(([name, value]) => [name, cook(value)]);
        causes = [];
        assertContract(await ask(), undefined, canariesOf(recipe));
        expect(causes.length).toBe(1);
        if (family === "koa" || !passes(thrown)) expect(Object.is(causes[0], thrown)).toBe(true);
      }),
      settings(150),
    );

  it("answers whatever is thrown by the contract, and reports it once", async () => {
    await withServer(create(act, options), (port) =>
      property(async () => parseAnswer(await exchange(port, request("GET /act")))),
    );
  });

  it("does so over HTTP/2", async () => {
    const server = createHttp2Server(createHttp2(act, options) as never) as unknown as Server;
    await withServer(server, async (port) => {
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      try {
        await property(async () => {
          const stream = session.request({ ":path": "/act" }).setEncoding("utf8");
          const [head] = (await once(stream, "response")) as [IncomingHttpHeaders];
          const text = ((await stream.toArray()) as string[]).join("");
          const received = Object.entries(head).flatMap(([name, values]) =>
            name.startsWith(":") ? [] : [values].flat().map((one) => [name, String(one)] as [string, string]),
          );
          return { status: Number(head[":status"]), headers: new Headers(received), text };
        });
      } finally {
        session.destroy();
      }
    });
  });
});
