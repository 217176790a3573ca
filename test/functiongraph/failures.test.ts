// The table of FunctionGraph's codes: what each of them becomes, in a header field and by the words of the runtimes.
import { functionGraph } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { expect, it } from "vitest";
import { failures, successes, unnamedFailure } from "../../packages/core/src/reply/functiongraph/failure-codes.js";
import { asResponse, canary, envelope, failure, invoked } from "./replies-of-functions.js";

const normalize = (headers: Record<string, string>, body: unknown) =>
  normalizeUpstream(asResponse({ name: "", headers, body }), { hiddenFailures: true });

/** What clients get, for every code. */
const becomes: Readonly<Record<number, string>> = {
  400: "4140 200400 200413",
  404: "4024 200404",
  502: `500 4001 4002 4003 4004 4005 4006 4007 4009 4029 4036 4201 4202 4203 4204 4205 4207 4212 4219 4222 6001
    150424 150425 150427 150500 161900 200500 330404 331404`,
  503: `4011 4021 4022 4025 6037 9000 9009 150429 150430 150431 150432 150433 150434 150435 150436 150438 150439 150440 150444 150460
    150461 150510 161912 161914 200429 211411 211429 211503 211504 214503`,
  504: "4010 4014 4211 504211 FSS.4010 FSS.4011",
};
const codes = Object.entries(becomes).flatMap(([status, list]) =>
  list.split(/\s+/).map((code) => [code, Number(status)] as const),
);

it("is whole", () => {
  expect(codes.map(([code]) => code).toSorted()).toEqual(Object.keys(failures).toSorted());
  for (const code of successes) expect(failures).not.toHaveProperty([code]);
});

it.each(codes)("%s becomes a %i", async (code, status) => {
  for (const field of ["X-Func-Err-Code", "X-Inner-Code"]) {
    const problem = await normalize({ [field]: code }, canary);
    expect(problem).toMatchObject({ status, code, detail: failures[code]!.detail, upstreamStatus: 200, proxyError: undefined });
  }
});

it("has one sentence for any client in each row, and says from where it is known", () => {
  for (const { status, detail, why } of Object.values(failures)) {
    expect(detail).toMatch(/^[A-Z][\w' ]+(; try again later)?\.$/);
    expect(detail).not.toMatch(/\d|FunctionGraph/);
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(Object.values(functionGraph.statuses).map(({ description }) => description)).not.toContain(detail);
    expect(status).toBeGreaterThanOrEqual(400);
  }
});

const beginnings = Object.entries(failures).flatMap(([code, { says = [], status }]) =>
  says.map((words) => [words, code, status] as const),
);

it.each(beginnings)("a message that begins with %j is a %s", async (words, code, status) => {
  const message = `${words}: invoke timed out, function entry exception, ${canary}`;
  for (const body of [failure(message), envelope(failure(message)), envelope(message, 500)]) {
    const problem = await normalize(invoked, body);
    expect(problem).toMatchObject({ status, code });
    expect(JSON.stringify({ ...problem, cause: undefined })).not.toContain(canary);
  }
});

it("believes no message that would choose a 4xx, nor one that could be taken for another", () => {
  for (const [words, code, status] of beginnings) {
    expect(status).toBeGreaterThanOrEqual(500);
    for (const [other, otherCode] of beginnings) if (other.startsWith(words)) expect(otherCode).toBe(code);
  }
});

it("does without a code where nobody has named the failure", async () => {
  for (const message of ["", canary, "4010", "timed out"]) {
    const problem = await normalize(invoked, failure(message));
    expect(problem).toMatchObject({ status: unnamedFailure.status, detail: unnamedFailure.detail, code: "FSS.0502" });
  }
});
