// An OPTIONS of "*" asks the gateway itself, not a resource of an upstream (RFC 9110 section 9.3.7): every integration leaves it unmatched.
import { createServer } from "node:http";
import { fgErrors, relay, upstreamRequest } from "@fg-errors/koa";
import Koa from "koa";
import { expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

const asked = request("OPTIONS *");

/** http-proxy-middleware 3 takes no such target, and calls next(). */
const takers = [...libraries, koaProxies].filter(({ name }) => name !== "http-proxy-middleware 3");

it.each(takers)("$name", async (library) => {
  const paths: unknown[] = [];
  const upstream = createServer((incoming, response) => response.end(String(paths.push(incoming.url))));
  const bytes = await withServer(upstream, async () => {
    const { port: to } = upstream.address() as { port: number };
    return behind(library, to, {}, (port) => exchange(port, asked));
  });
  expectUnmatched(parseAnswer(bytes));
  expect(paths).toEqual([]);
});

it.each(hosts)("nothing on $name", async ({ create }) => {
  expectUnmatched(
    parseAnswer(
      await withServer(
        create(() => {}),
        (port) => exchange(port, asked),
      ),
    ),
  );
});

it("upstreamRequest()", async () => {
  const app = new Koa()
    .use(fgErrors())
    .use(async (ctx) => relay(ctx, await fetch("http://127.0.0.1:1", upstreamRequest(ctx.req) as never)));
  expectUnmatched(parseAnswer(await withServer(app.callback(), (port) => exchange(port, asked))));
});

function expectUnmatched(answer: Answer): void {
  expect(assertContract(answer)).toMatchObject({ status: 404, instance: "*" });
}
