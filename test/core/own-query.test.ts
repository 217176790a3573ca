// A request's own query is in no text of an answer, whoever wrote the text and in whatever escapes; other texts stay as they are.
import { createResponder, problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { ownQueryOf, withoutQuery } from "../../packages/core/src/responder/own-query.js";
import { growth, most, type Taken } from "../properties/price.js";

describe("a text", () => {
  it.each([
    ["/x?token=s3cr3t", "Cannot GET /x?token=s3cr3t", "Cannot GET /x"],
    ["/reset?token=s3cr3t", "Route GET:/reset?token=s3cr3t not found", "Route GET:/reset not found"],
    ["/api/x?token=s3cr3t", "Cannot GET /x?token=s3cr3t (see http://h/x?token=s3cr3t)", "Cannot GET /x (see http://h/x)"],
    ["http://h/x?token=s3cr3t", "No such page: /x?token=s3cr3t.", "No such page: /x."],
    ["/x?a=1&b=%3Cs%3E", "Cannot GET /x?a=1&amp;b=%3Cs%3E", "Cannot GET /x"],
    ["/x?a=1&b=%3Cs%3E", "Cannot GET /x?a=1&amp;b=&lt;s&#x3e;", "Cannot GET /x"],
    ["/x?a=1&b=%3cs%3E", "Cannot GET \\/x?a=1\\u0026b=<s\\x3e now", "Cannot GET \\/x now"],
    ["/x?token=s3cr3t&b", "Not found: /login?next=%2Fx%3Ftoken%3Ds3cr3t%26b", "Not found: /login?next=%2Fx"],
    ["/x?token=s3cr3t&b", "Not found: %252Fx%253Ftoken%253Ds3cr3t%2526b", "Not found: %252Fx"],
    ["/x?name=%C3%A9+b", "Cannot GET /x?name=é b", "Cannot GET /x"],
    ["/x?name=é", "Cannot GET /x?name=%c3%a9", "Cannot GET /x"],
    ["/x?name=Ã©", "Cannot GET /x?name=é", "Cannot GET /x"],
    ["/x?name=%00%20", "Cannot GET /x?name=", "Cannot GET /x"],
    ["/x?s3cr3t#part", "Cannot GET /x?s3cr3t#part", "Cannot GET /x"],
    ["/x?a", "Cannot GET /x?a", "Cannot GET /x"],
    ["/x?1", "Cannot GET '/x?1'", "Cannot GET '/x'"],
    ["/x?token=s3cr3t", "Cannot GET /x?token=s3cr3t&key=1", "Cannot GET /x"],
    ["/x?token=s3cr3t", "Cannot GET /x?key=1&token=s3cr3t&b=2 here", "Cannot GET /x here"],
    ["/x?token=s3cr3t", "Unknown query token=s3cr3t here", "Unknown query here"],
    ["/x?token=s3cr3t", "token=s3cr3t", ""],
    ["/x?token=s3cr3t", "?token=s3cr3t is not valid", "is not valid"],
    ["/x?a=1", "The query is ?a=1", "The query is"],
    ["/x?0123456789abcdef", "No ticket 0123456789abcdef.", "No ticket ."],
    ["/x?name=%C3%A9%C3%A9abc", "Cannot GET /x?name=%C3%A9%C3…", "Cannot GET /x…"],
    ["/x?name=1%26abc", "Cannot GET /x?name=1%2…", "Cannot GET /x…"],
    ["/x?aab=aaab=aaaab=", "/x?aab=aaab=aaab= /x?aab=aaab=aaaab=", "/x?aab=aaab=aaab= /x"],
  ])("for %s: %s", (url, text, kept) => {
    expect(withoutQuery(text, ownQueryOf(url)!)).toBe(kept);
  });

  it.each([
    ["Cannot GET /x?token=ss…", "Cannot GET /x…"],
    ["Cannot GET /x?token=sss... today", "Cannot GET /x... today"],
    ["Cannot GET /x?token=sss", "Cannot GET /x"],
  ])("that is cut: %s", (text, kept) => {
    expect(withoutQuery(text, ownQueryOf(`/x?token=${"s".repeat(2000)}`)!)).toBe(kept);
  });

  it.each([
    ["/x?a", "A banana, and a?"],
    ["/x?yes", "Really?yes, and yes."],
    ["/x?1", "Page 1 of 1 is not there, 21 is."],
    ["/x?q=1", "seq=1 is not valid, q=1 may be"],
    ["/x?id=17", "The field bid=17 is not valid; id=170 neither."],
    ["/x?e", "Cannot delete the order"],
    ["/x?page=3", "Try /orders?page=33, or /orders?page"],
    ["/x?authentication-required", "authentication-required"],
    ["/x?%", "100 % of /x is lost"],
    ["/x?&", "this & that"],
    ["/x?...", "Wait..."],
    ["/x?token=s3cr3t", "Cannot GET /x?token=other"],
    ["/x?token=s3cr3t", "  two  blanks \\u0026 &amp; %26 stay…"],
  ])("for %s stays: %s", (url, text) => {
    expect(withoutQuery(text, ownQueryOf(url)!)).toBe(text);
  });

  it.each(["/x", "/x?", "*", "", "/x#a?b", undefined, 17])("has nothing to lose for %j", (url) => {
    expect(ownQueryOf(url)).toBeUndefined();
  });

  it.each([
    ["of one letter", (size: number) => ["a".repeat(size / 2) + "b", "a".repeat(size)]],
    ["of queries", (size: number) => ["x", "a?x".repeat(size / 3)]],
    ["of beginnings", (size: number) => ["token=a", "/x?token=".repeat(size / 9)]],
    ["of distinct ones", (size: number) => ["token=", "&token=".repeat(size / 7)]],
    ["of escapes", (size: number) => ["%2".repeat(size / 2), "%26&amp;\\u0026".repeat(size / 14)]],
    ["of ellipses", (size: number) => ["...", "/?....".repeat(size / 6)]],
  ])("takes time in proportion to its length: %s", async (_what, make) => {
    const taken = (octets: number): Taken => {
      const [query, text] = make(octets) as [string, string];
      return { octets, act: () => withoutQuery(text, ownQueryOf(`/?${query}`)!) };
    };
    expect(await growth(taken(8000), taken(96_000))).toBeLessThan(most);
  });
});

describe("a problem", () => {
  const respond = createResponder({ onError() {} });
  const answer = (thrown: unknown, url = "/x?token=s3cr3t") => JSON.parse(respond(thrown, { headers: {}, url }).body) as object;

  it("has it in no member, at any depth", () => {
    const text = "at /x?token=s3cr3t";
    const errors = [
      { pointer: "#/~1x%3Ftoken=s3cr3t", detail: text },
      { parameter: "token=s3cr3t", detail: "Not valid." },
    ];
    const extensions = {
      [text]: text,
      deep: [{ [text]: [text, 17, null] }],
      when: new Date(0),
      big: 17n,
      at: { toJSON: () => text },
    };
    const body = answer(problem(400, text, { errors, extensions }));
    expect(JSON.stringify(body)).not.toContain("s3cr3t");
    expect(body).toMatchObject({
      detail: "at /x",
      error_msg: "at /x",
      errors: [
        { pointer: "#/~1x", detail: "at /x" },
        { parameter: "", detail: "Not valid." },
      ],
      deep: [{ "at /x": ["at /x", 17, null] }],
      when: "1970-01-01T00:00:00.000Z",
      at: "at /x",
    });
  });

  it("has the contract's text in place of one that is nothing but the query", () => {
    expect(answer(problem(404, "?token=s3cr3t"))).toMatchObject({ detail: "Nothing was found at this address." });
  });

  it("is the operator's without it, too, and `map` may add what it likes", () => {
    const seen: string[] = [];
    const act = createResponder({
      onError: ({ detail }) => void seen.push(detail),
      map: ({ detail }) => ({ detail: `${detail}!` }),
    });
    act(problem(404, "Cannot GET /x?token=s3cr3t"), { headers: {}, url: "/x?token=s3cr3t" });
    expect(seen).toEqual(["Cannot GET /x!"]);
  });
});
