// What docs/hosts.md shows keeps the contract, on real sockets and with the real frameworks.
import * as coreHosts from "@fg-errors/core/hosts";
import type { Problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { assertContract, assertHead } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { codes, table } from "./markdown.js";
import { graphqlHosts } from "./graphql-hosts.js";
import { otherHosts, page, routeHandlersOf, shop } from "./other-hosts.js";

it("lists the exports", () => {
  const names = table(page, "exports").map(([cell]) => codes(cell!)[0]!.replace(/\(.*/, ""));
  expect(names.toSorted()).toEqual(Object.keys(coreHosts).toSorted());
});

const rowsOfHosts = table(page, "hosts").map(([host, statuses]) => ({ host: host!, unanswered: statuses!.split(", ") }));

it("has an example for each host that it lists", () => {
  const sections = rowsOfHosts.map(({ host }) => /\[(.+)\]/.exec(host)![1]);
  const headings = [...page.matchAll(/^###? (.+)$/gm)].map(([, heading]) => heading);
  expect(headings.filter((heading) => heading !== "GraphQL")).toEqual(sections);
  expect(otherHosts.length + graphqlHosts.length).toBe(sections.length);
});

describe.each(otherHosts.map((host, at) => ({ ...host, ...rowsOfHosts[at]! })))(
  "$name",
  ({ start, path, allow, lacks = [], unanswered }) => {
    /** Answers requests, one connection each, and gives what was reported. */
    async function visit<R>(
      act: (
        ask: (line: string, headers?: Record<string, string>, body?: string) => Promise<ReturnType<typeof parseAnswer>>,
      ) => Promise<R>,
    ) {
      const reported: Problem[] = [];
      const { server, close } = await start({ contract: shop, onError: (problem) => void reported.push(problem) });
      try {
        const result = await withServer(server, (port) =>
          act(async (line, headers, body) => parseAnswer(await exchange(port, request(line, headers, body)))),
        );
        return { result, reported };
      } finally {
        await close?.();
      }
    }

    it("leaves a success alone", async () => {
      const { result, reported } = await visit((ask) => ask(`GET ${path("7")}`));
      expect(result.status).toBe(200);
      expect(result.text).toContain('{"id":"7"}');
      expect(reported).toEqual([]);
    });

    it.each([
      ["catalogue", { status: 409, error_code: "SHOP.OUT_OF_STOCK", detail: "Only 2 of A-1 are left.", sku: "A-1", left: 2 }],
      ["domain", { status: 403, error_code: "SHOP.PAYMENT_REFUSED", detail: "The payment was refused." }],
      ["unknown", { status: 500, error_code: "SHOP.0500" }],
      ["text", { status: 500, error_code: "SHOP.0500" }],
    ])("answers what is thrown: %s", async (id, expected) => {
      const headers = { "X-Request-Id": "a1b2c3" };
      const { result, reported } = await visit((ask) =>
        Promise.all([ask(`GET ${path(id)}`, headers), ask(`HEAD ${path(id)}`, headers)]),
      );
      const [answer, head] = result;
      const instance = path(id).split("?")[0];
      expect(assertContract(answer, shop)).toMatchObject({ ...expected, instance, request_id: "a1b2c3" });
      assertHead(head, shop);
      expect([head.status, head.text]).toEqual([expected.status, ""]);
      expect(head.headers.get("content-length")).toBe(answer.headers.get("content-length"));
      expect(reported.map(({ code }) => code)).toEqual([expected.error_code, expected.error_code]);
    });

    it("answers what nothing answers", async () => {
      const { result, reported } = await visit((ask) =>
        Promise.all(["GET /nothing?s3cr3t", "HEAD /nothing", `PUT ${path("7")}`, "DELETE /nothing"].map((line) => ask(line))),
      );
      const [unmatched, head, method, other] = result;
      expect(assertContract(unmatched!, shop)).toMatchObject({
        status: 404,
        instance: "/nothing",
        error_code: "SHOP.0404",
        detail: shop.statuses[404]!.description,
      });
      assertHead(head!, shop);
      expect(assertContract(method!, shop)).toMatchObject({ status: 405, instance: path("7").split("?")[0] });
      expect(method!.headers.get("allow")).toBe(allow);
      expect(assertContract(other!, shop)).toMatchObject({ status: 404 });
      expect(reported).toHaveLength(4);
    });

    it.runIf(unanswered.includes("501"))("answers a method that nothing takes", async () => {
      const { result } = await visit((ask) => ask("PROPFIND /nothing"));
      expect(assertContract(result, shop)).toMatchObject({ status: 501 });
    });

    it.runIf(!lacks.includes("content"))("answers content that it cannot read", async () => {
      const json = { "Content-Type": "application/json" };
      const { result, reported } = await visit((ask) =>
        Promise.all([ask("POST /orders", json, '{"s3cr3t'), ask("POST /orders", json, '{"left":2}')]),
      );
      expect(assertContract(result[0], shop)).toMatchObject({ status: 400, error_code: "SHOP.0400" });
      expect(JSON.parse(result[1].text.replace(/^[^{]*|[^}]*$/g, ""))).toEqual({ left: 2, id: "17" });
      expect(reported).toHaveLength(1);
    });

    it.runIf(!lacks.includes("fields"))("keeps the fields that were set before, and no others", async () => {
      const { result } = await visit((ask) =>
        Promise.all([path("7"), path("unknown"), "/nothing"].map((target) => ask(`GET ${target}`))),
      );
      expect(result[0]!.headers.get("etag")).not.toBeNull();
      for (const answer of result) expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
      for (const answer of result.slice(1)) assertContract(answer, shop);
    });

    it("answers requests that never reach it", async () => {
      const { result } = await visit((ask) => ask("GET /a b c d"));
      expect(assertContract(result, shop)).toMatchObject({ status: 400 });
    });
  },
);

it("a route handler leaves Next.js's redirect() alone", async () => {
  const redirect = Object.assign(new Error("NEXT_REDIRECT"), { digest: "NEXT_REDIRECT;replace;/orders;307;" });
  const routeHandlers = await routeHandlersOf({ contract: shop });
  const { GET } = routeHandlers({ GET: () => Promise.reject(redirect) });
  await expect(GET!(new Request("http://shop.example/"))).rejects.toBe(redirect);
});
