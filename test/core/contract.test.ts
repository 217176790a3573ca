import { readFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import { extendContract, functionGraph, normalizeError, rfc9110, type Contract } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { UpstreamError } from "@fg-errors/core";

const ofOurs = (status: number, contract: Contract = functionGraph) =>
  normalizeError(Object.assign(new Error("x"), { status }), { contract });
const ofUpstream = (status: number, contract: Contract = functionGraph) =>
  normalizeError(new UpstreamError({ status, upstream: true }, undefined), { contract }).status;

describe("functionGraph", () => {
  it("is the documented table, codes and messages as they are", () => {
    const [, ...rows] = readFileSync(new URL("functiongraph-status-codes.tsv", import.meta.url), "utf8")
      .trim()
      .split("\n");
    const documented = rows.map((row) => row.split("\t"));
    expect(documented).toHaveLength(16);
    expect(Object.entries(functionGraph.statuses).map(([status, { title }]) => [status, title])).toEqual(documented);
  });

  it("describes each status in one sentence", () => {
    for (const { description } of Object.values(functionGraph.statuses)) expect(description).toMatch(/^[A-Z][^.]+\.$/);
  });

  it("lets every status of 400 to 599 out as a documented one", () => {
    for (let status = 400; status <= 599; status++) {
      for (const folded of [ofOurs(status).status, ofUpstream(status)]) {
        expect(functionGraph.statuses).toHaveProperty(String(folded));
        expect(folded).toBeGreaterThanOrEqual(400);
      }
    }
  });

  it.each([
    [[402, 451], 403],
    [[410], 404],
    [[412, 423], 409],
    [[419, 440, 498], 401],
    [[429, 507, 509, 529], 503],
    [[499], 408],
    [[505, 510], 501],
    [[413, 414, 415, 416, 417, 418, 421, 422, 424, 425, 426, 428, 431], 400],
    [[506, 508, 511, 520, 599], 500],
  ])("folds %j to %i, and remembers it", (statuses, folded) => {
    for (const status of statuses) expect(ofOurs(status)).toMatchObject({ status: folded, receivedStatus: status });
  });

  it.each([
    [[407, 421, 425, 426, 505, 511, 520, 521, 523, 525, 526, 527, 530, 0, 99, 199, 302, 600, 999, Number.NaN], 502],
    [[522, 524, 598, 599], 504],
    [[410], 404],
    [[429, 507], 503],
    [[501], 501],
  ])("folds an upstream's %j to %i", (statuses, folded) => {
    for (const status of statuses) expect(ofUpstream(status)).toBe(folded);
  });

  it("says why it folds each status", () => {
    for (const table of [functionGraph.folds, functionGraph.upstreamFolds])
      for (const { to, why } of Object.values(table)) {
        expect(functionGraph.statuses).toHaveProperty(String(to));
        expect(why).toMatch(/\.$/);
      }
  });
});

describe("extendContract", () => {
  const contract = extendContract(functionGraph, {
    422: { title: "Unprocessable Content", description: "Not valid." },
    429: { title: "Too Many Requests", description: "Slow down." },
    421: { title: "Misdirected Request", description: "Not here." },
  });

  it("lets the added statuses out, of an upstream too", () => {
    expect(ofOurs(422, contract)).toMatchObject({
      status: 422,
      title: "Unprocessable Content",
      detail: "Not valid.",
      code: "FSS.0422",
    });
    expect(ofOurs(429, contract).status).toBe(429);
    expect(ofUpstream(421, contract)).toBe(421);
    expect(ofUpstream(407, contract)).toBe(502);
    expect(ofOurs(410, contract).status).toBe(404);
  });

  it("leaves its base alone", () => {
    expect(functionGraph.statuses).not.toHaveProperty("422");
    expect(functionGraph.folds).toHaveProperty("429");
  });

  it.each([
    [{ 200: { title: "OK", description: "x" } }, "extendContract: 200 is not an error status (400 to 599)"],
    [{ 600: { title: "Odd", description: "x" } }, "extendContract: 600 is not an error status (400 to 599)"],
    [{ abc: { title: "Odd", description: "x" } }, "extendContract: abc is not an error status (400 to 599)"],
    [{ 422: { title: "", description: "x" } }, "extendContract: row 422 needs a non-empty string as its title"],
    [{ 422: { title: "x" } }, "extendContract: row 422 needs a non-empty string as its description"],
    [{ 422: null }, "extendContract: row 422 needs a non-empty string as its title"],
  ])("refuses %j", (rows, message) => {
    expect(() => extendContract(functionGraph, rows as never)).toThrow(new TypeError(message));
  });
});

describe("rfc9110", () => {
  /** 418 is registered as unused (RFC 9110 section 15.5.19); 509 is not registered at all. */
  const unused = new Set(["418", "509"]);

  it("has every error status that Node knows, and folds none of them", () => {
    const known = Object.keys(STATUS_CODES).filter((status) => Number(status) >= 400 && !unused.has(status));
    expect(Object.keys(rfc9110.statuses).filter((status) => Number(status) >= 400)).toEqual(known);
    for (const status of known) expect(ofOurs(Number(status), rfc9110).status).toBe(Number(status));
  });

  it("keeps an upstream's 407 from the client, and what nobody registered", () => {
    for (const status of [407, 426]) expect(ofUpstream(status, rfc9110)).toBe(502);
    expect(ofOurs(499, rfc9110).status).toBe(400);
    expect(ofUpstream(600, rfc9110)).toBe(502);
  });
});
