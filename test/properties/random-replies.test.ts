// Whatever an upstream answers with an error status, what becomes of it keeps the contract.
import { Readable } from "node:stream";
import { createResponder, functionGraph, UpstreamError, type Problem, type ProblemContext } from "@fg-errors/core";
import { errorFinding } from "../../packages/core/src/reply/reply-finding.js";
import { headOf } from "../../packages/core/src/reply/reply.js";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { assertContract, usualCanaries } from "../assert-contract.js";
import { forgedOwn } from "./own-bodies.js";
import { anyStatus, errorStatus, reply, type Drawn } from "./replies.js";
import { settings } from "./settings.js";

/** As node:http and undici's request() give it, in two chunks. */
function received({ status, fields, content }: Drawn) {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (lower === "set-cookie") headers[lower] = [...(headers[lower] ?? []), value];
    else headers[lower] = headers[lower] === undefined ? value : `${headers[lower] as string}, ${value}`;
  }
  const octets = Buffer.from(content, "latin1");
  return { statusCode: status, headers, body: Readable.from([octets.subarray(0, 20), octets.subarray(20)]) };
}

it("normalizeUpstream() rejects for no reply, and gives a problem of the contract, and the same of the same", async () => {
  await fc.assert(
    fc.asyncProperty(
      reply(anyStatus),
      fc.boolean(),
      fc.constantFrom(0, 10, 65_536),
      async (drawn, hiddenFailures, errorBodyLimit) => {
        const { cause: _reply, ...problem } = await normalizeUpstream(received(drawn), { hiddenFailures, errorBodyLimit });
        expect([400, 500]).toContain(Math.floor(problem.status / 100) * 100);
        const { cause: _other, ...again } = await normalizeUpstream(received(drawn), { hiddenFailures, errorBodyLimit });
        expect(again).toEqual(problem);
      },
    ),
    settings(),
  );
});

it.each([undefined, "edge"])("what a client gets of it keeps the contract; as proxy %s", async (proxyName) => {
  const paths = new Set<string>();
  const onError = (_problem: Problem, context: ProblemContext) => void paths.add(context.instance);
  const respond = createResponder({ onError, ...(proxyName && { proxyName }) });
  await fc.assert(
    fc.asyncProperty(reply(errorStatus), fc.boolean(), async (drawn, hiddenFailures) => {
      const got = received(drawn);
      const finding = await errorFinding(headOf(got), got, { hiddenFailures });
      const { status, headers, body } = respond(new UpstreamError(finding, undefined), { headers: {}, url: "/orders?a=1" });
      assertContract({ status, headers: new Headers(headers), text: body }, undefined, drawn.status < 500 ? [] : usualCanaries);
      expect(Buffer.byteLength(body)).toBeLessThan(1_000_000);
    }),
    settings(),
  );
  expect([...paths]).toEqual(["/orders"]); // it is written on stderr, so no upstream may choose it
});

it("a fetch Response of any error status", async () => {
  await fc.assert(
    fc.asyncProperty(reply(errorStatus), async ({ status, fields, content }) => {
      const response = new Response(Buffer.from(content, "latin1"), { status, headers: fields as [string, string][] });
      const problem = await normalizeUpstream(response);
      expect(functionGraph.statuses).toHaveProperty(String(problem.status));
    }),
    settings(),
  );
});

it("a forged body of our own contract does no harm, and is taken for ours where it is sound", async () => {
  const respond = createResponder({ onError() {} });
  const runs = settings(1000);
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(forgedOwn, errorStatus, async (content, statusCode) => {
      const body = Readable.from([Buffer.from(JSON.stringify(content))]);
      const forged = { statusCode, headers: { "content-type": "application/problem+json" }, body };
      const finding = await errorFinding(headOf(forged), forged, {});
      if (finding.ownContract) taken++;
      const { status, headers, body: text } = respond(new UpstreamError(finding, undefined), { headers: {}, url: "/orders" });
      assertContract({ status, headers: new Headers(headers), text });
      expect(
        textOf(await normalizeUpstream({ statusCode, headers: {}, body: Readable.from([JSON.stringify(content)]) })),
      ).not.toMatch(control);
    }),
    runs,
  );
  expect(taken).toBeGreaterThan(runs.numRuns / 20);
});

/** Raw, since JSON writes none of the first thirty-two as they are. */
const control = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]|\\u00[01]|\\[bfnrt]/u;

/** What hooks and formats of the user's get. */
const textOf = ({ cause: _reply, ...problem }: Problem) => JSON.stringify(problem).replaceAll("\\\\", "");
