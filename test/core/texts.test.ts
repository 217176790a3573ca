// The option `texts`: which language a client gets, which text, and what is refused at start.
import {
  createResponder,
  defineContract,
  functionGraph,
  problem,
  rfc9110,
  type Facts,
  type FormatText,
  type Problem,
  type ResponderOptions,
} from "@fg-errors/core";
import { zhCN } from "@fg-errors/core/texts";
import createError from "http-errors";
import { IntlMessageFormat } from "intl-messageformat";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { z } from "zod";
import { shop } from "../catalogue/shop.js";

let stderr: MockInstance<typeof process.stderr.write>;
beforeEach(() => void (stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true)));
afterEach(() => stderr.mockRestore());

const icu: FormatText = (message, values, language) => new IntlMessageFormat(message, language).format(values);

const onError = () => {};

function answerTo(
  thrown: unknown,
  options: ResponderOptions,
  headers: Facts["headers"] = { "accept-language": "zh-CN" },
  more: Partial<Facts> = {},
) {
  const answer = createResponder({ onError, ...options })(thrown, { headers, url: "/orders/17", ...more });
  return { ...answer, body: JSON.parse(answer.body) as Record<string, unknown> };
}

describe("the language", () => {
  const tables = {
    "zh-CN": { 404: "zh-CN" },
    zh: { 404: "zh" },
    "zh-Hant": { 404: "zh-Hant" },
    de: { 404: "de" },
    "fr-CH": { 404: "fr-CH" },
  };
  const languageFor = (headers: Facts["headers"], more: ResponderOptions = {}) => {
    const { body, headers: fields } = answerTo(problem(404), { texts: tables, ...more }, headers);
    const [detail, language] = [body["detail"], fields["content-language"]];
    expect(detail).toBe(language === "en" ? functionGraph.statuses[404]!.description : language);
    expect(body["error_msg"]).toBe(detail);
    return language;
  };

  it.each([
    [undefined, "en"],
    ["", "en"],
    ["zh-CN", "zh-CN"],
    ["ZH-cn", "zh-CN"],
    ["zh_CN", "zh-CN"],
    ["zh-Hans-CN", "zh"],
    ["zh-Hant-TW-x-a-b", "zh-Hant"],
    ["zh-TW", "zh"],
    ["fr", "en"], // lookup makes a range shorter, never longer
    ["fr-CH-1996", "fr-CH"],
    ["en-US,en;q=0.9,zh-CN;q=0.8", "en"],
    ["zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"],
    ["de;q=0.1, zh;q=0.2", "zh"],
    ["de;q=0.2, zh;q=0.2", "de"],
    ["it, de;q=0.5", "de"],
    ["zh;q=0, de;q=0.1", "de"],
    ["zh-TW, zh;q=0, de;q=0.1", "de"],
    ["zh-CN;q=0, zh", "zh"],
    ["*", "en"],
    ["*, de;q=0.1", "de"],
    ["en;q=0, *", "zh-CN"],
    ["*;q=0", "en"],
    ["de;q=0", "en"],
    ["de ; q=1.000 , zh;q=0.9", "de"],
    ["de;level=1;Q=0.3, zh;q=0.4", "zh"],
    ["de;q=2, zh;q=0.1", "zh"],
    ["de;q=x, zh;q=0.1", "zh"],
    ["d*, -, zh-, de", "de"],
    [`${"x".repeat(71)}, de`, "de"],
    [`${"it,".repeat(333)}de`, "en"], // what goes beyond 1000 characters does not count
    [`de,${"it,".repeat(5000)}`, "de"],
  ])("for Accept-Language %j is %s", (field, language) => {
    expect(languageFor(field === undefined ? {} : { "accept-language": field })).toBe(language);
  });

  it("is that of X-Language, if it is one of ours", () => {
    expect(languageFor({ "x-language": "zh-cn", "accept-language": "de" })).toBe("zh-CN");
    expect(languageFor({ "x-language": "en_us", "accept-language": "de" })).toBe("en");
    expect(languageFor({ "x-language": "it-it", "accept-language": "de" })).toBe("de");
    expect(languageFor({ "x-language": ["it", "de"] })).toBe("de");
  });

  it("is the default for a client that accepts none of ours", () => {
    const defaultLanguage = "zh-CN";
    expect(languageFor({}, { defaultLanguage })).toBe("zh-CN");
    expect(languageFor({ "accept-language": "it" }, { defaultLanguage: "DE" })).toBe("de");
    expect(languageFor({ "accept-language": "*" }, { defaultLanguage })).toBe("zh-CN");
    expect(languageFor({ "accept-language": "zh-CN;q=0, *" }, { defaultLanguage })).toBe("en");
    expect(languageFor({ "accept-language": "en-GB" }, { defaultLanguage })).toBe("en");
  });

  it("may be English, in the words of a table", () => {
    const { body, headers } = answerTo(problem(404), { texts: { en: { 404: "Nowhere." }, de: {} } }, {});
    expect([body["detail"], headers["content-language"]]).toEqual(["Nowhere.", "en"]);
  });
});

describe("the header fields", () => {
  const options = { texts: { "zh-CN": zhCN } };

  it("say what the texts depend on, beside what the response has", () => {
    expect(answerTo(problem(404), options, {}).headers).toMatchObject({
      "content-language": "en",
      vary: "Accept-Language, X-Language",
    });
    const own = problem(404, "", { headers: { Vary: "Prefer, accept-language" } });
    const { headers } = answerTo(own, options, undefined, {
      responseHeaders: { vary: ["Origin", "Accept"] as never, "content-language": "de" },
    });
    expect(headers["vary"]).toBe("Origin, Accept, Prefer, Accept-Language, X-Language");
    expect(headers["content-language"]).toBe("zh-CN");
  });

  it("are not sent without the option", () => {
    const { headers } = answerTo(problem(404), {});
    expect(Object.keys(headers).filter((name) => /vary|language/.test(name))).toEqual([]);
  });

  it("count the octets of the translated body", () => {
    const { headers, body } = createResponder(options)(problem(404), { headers: { "x-language": "zh-CN" } });
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
  });
});

describe("the texts", () => {
  const texts = {
    "zh-CN": {
      ...zhCN,
      "SHOP.1001": { title: "缺货", detail: "{sku} 只剩 {left} 件。" },
      "SHOP.1002": { title: "付款被拒绝" },
      "SHOP.CHECKOUT_CLOSED": "结账在 {until} 之前关闭。",
      "SHOP.LIMITED": "套餐 {plan} 已用 {used}。",
    },
  };
  const own = { contract: shop, texts };

  it("of a status replace what the contract documents, and nothing that somebody wrote", () => {
    const { 404: row } = zhCN;
    expect(answerTo(problem(404), { texts: { "zh-CN": zhCN } }).body).toMatchObject({
      ...row,
      error_msg: row!.detail,
      error_code: "FSS.0404",
      type: "about:blank",
    });
    const thrown = createError(404, "No such order");
    const { body, headers } = answerTo(thrown, { texts: { "zh-CN": zhCN } });
    expect(body).toMatchObject({ title: row!.title, detail: "No such order", error_msg: "No such order" });
    expect(headers["content-language"]).toBe("zh-CN");
  });

  it("of a status may be named by its generic code", () => {
    expect(
      answerTo(problem(404), { service: "SHOP", texts: { de: { "SHOP.0404": "Nichts." } } }, { "x-language": "de" }).body[
        "detail"
      ],
    ).toBe("Nichts.");
  });

  it("of a code have the problem's members", () => {
    const { body, headers } = answerTo(shop.problems.outOfStock({ sku: "A-1", left: 2 }), own);
    expect(body).toMatchObject({
      title: "缺货",
      detail: "A-1 只剩 2 件。",
      error_msg: "A-1 只剩 2 件。",
      error_code: "SHOP.1001",
      sku: "A-1",
      left: 2,
    });
    expect(headers["content-language"]).toBe("zh-CN");
    expect(answerTo(shop.problems.checkoutClosed({ until: new Date(0) }), own).body["detail"]).toBe(
      "结账在 1970-01-01T00:00:00.000Z 之前关闭。",
    );
    expect(answerTo(shop.problems.limited({ used: 3, plan: "S" }), own).body["detail"]).toBe("套餐 S 已用 3。");
  });

  it("of a code may be a title alone", () => {
    expect(answerTo(shop.problems.paymentRefused(), own).body).toMatchObject({
      title: "付款被拒绝",
      detail: "The payment was refused.",
    });
  });

  it("stay as they are where there is no row, or no member", () => {
    const { body, headers } = answerTo(shop.problems.oldThing({ thing: "x" }), own);
    expect(body).toMatchObject({ title: "Thing not found", detail: "There is no thing x." });
    expect(headers["content-language"]).toBe("en");
    const foreign = problem(409, "Only some are left.", { code: "SHOP.1001" });
    expect(answerTo(foreign, own).body).toMatchObject({ title: "缺货", detail: "Only some are left." });
  });

  it("of an application's own codes need no catalogue", () => {
    const options = { texts: { "zh-CN": { "ORDER.0409": "订单 {order} 已付款。", order_gone: "订单已删除。" } } };
    const paid = problem(409, "Already paid", { code: "ORDER.0409", extensions: { order: 17 } });
    expect(answerTo(paid, options).body).toMatchObject({
      title: "Conflict",
      detail: "订单 17 已付款。",
      error_code: "ORDER.0409",
    });
    expect(answerTo(problem(404, "Gone", { code: "order_gone" }), options).body["detail"]).toBe("订单已删除。");
    const due = problem(409, "Due", { code: "ORDER.0409", extensions: { order: new Date(0) } });
    expect(answerTo(due, options).body["detail"]).toBe("订单 1970-01-01T00:00:00.000Z 已付款。");
    for (const order of [undefined, null, {}, [1], () => 1]) {
      const odd = problem(409, "Already paid", { code: "ORDER.0409", extensions: { order } });
      expect(answerTo(odd, options).body["detail"], String(order)).toBe("Already paid");
    }
  });

  it("of this library's sentences are found by their reasons", () => {
    const tooLarge = Object.assign(new Error("File too large"), { name: "MulterError", code: "LIMIT_FILE_SIZE", field: "photo" });
    const { body } = answerTo(tooLarge, { texts: { "zh-CN": zhCN } });
    expect(body).toMatchObject({
      title: "请求错误",
      detail: "文件过大。",
      errors: [{ parameter: "photo", detail: "文件过大。" }],
    });
    expect(answerTo(tooLarge, { contract: rfc9110, texts: { "zh-CN": zhCN } }).body["title"]).toBe("内容过大");
    const large = Object.assign(createError(413), { type: "entity.too.large" }); // the same words as the status's
    expect(answerTo(large, { contract: rfc9110, texts: { "zh-CN": { "content-too-large": "太大。" } } }).body["detail"]).toBe(
      "太大。",
    );
  });

  it("of invalid fields are ours only where we wrote them", () => {
    const cast = { name: "CastError", kind: "ObjectId", path: "owner" };
    const low = { name: "ValidatorError", kind: "min", properties: { min: -1.5 } };
    const flaws = { owner: cast, age: low };
    const mongoose = Object.assign(new Error("x"), { name: "ValidationError", _message: "x", errors: flaws });
    const { body, headers } = answerTo(mongoose, { texts: { "zh-CN": { "other-type": "{kind}?", "too-small": "≥ {limit}" } } });
    expect(body["errors"]).toEqual([
      { pointer: "#/owner", detail: "ObjectId?" },
      { pointer: "#/age", detail: "≥ -1.5" },
    ]);
    expect(headers["content-language"]).toBe("zh-CN");
    const issues = z.strictObject({ a: z.string("Give an a.") }).safeParse({ b: 1 }).error!;
    expect(answerTo(issues, { texts: { "zh-CN": zhCN } }).body["errors"]).toEqual([
      { pointer: "#/a", detail: "Give an a." },
      { pointer: "#/b", detail: "未知的成员。" },
    ]);
    const errors = [
      { detail: "Must be at least 18 years old." },
      { detail: "Must be of type a or b." },
      { detail: "Must be at least " },
    ];
    expect(answerTo(problem(400, "x", { errors }), { texts: { "zh-CN": zhCN } }).body["errors"]).toEqual(
      errors.map(({ detail }) => ({ detail: detail.trim() })),
    );
  });

  it("are in FunctionGraph's format, in describe() and in a renderer of one's own", () => {
    const options: ResponderOptions = { texts: { "zh-CN": zhCN } };
    expect(answerTo(problem(404), { ...options, format: "functiongraph" }).body).toMatchObject({
      error_code: "FSS.0404",
      error_msg: zhCN[404]!.detail,
    });
    const facts = { headers: { "x-language": "zh-cn" } };
    expect(createResponder(options).describe(problem(404), facts)).toMatchObject(zhCN[404]!);
    expect(createResponder(options).describe(problem(404)).detail).toBe(functionGraph.statuses[404]!.description);
    const format = vi.fn(({ detail }: Problem, { language }: { language: string | undefined }) => ({
      contentType: "text/plain",
      body: `${language} ${detail}`,
    }));
    const { body, headers } = createResponder({ ...options, format })(problem(404), facts);
    expect(body).toBe(`zh-CN ${zhCN[404]!.detail}`);
    expect(headers["content-language"]).toBe("zh-CN");
    expect(createResponder({ format })(problem(404), facts).body).toMatch(/^undefined /);
  });

  it("are not what operators and the map hook get", () => {
    const seen: Problem[] = [];
    const options = {
      ...own,
      onError: (found: Problem) => void seen.push(found),
      map: (found: Problem) => void seen.push(found),
    };
    answerTo(shop.problems.outOfStock({ sku: "A-1", left: 2 }), options);
    expect(seen.map(({ title, detail }) => [title, detail])).toEqual(
      [0, 1].map(() => ["Out of stock", "Only 2 of A-1 are left."]),
    );
  });

  it("follow a problem that the map hook has changed", () => {
    const texts = { "zh-CN": zhCN };
    expect(answerTo(problem(404), { texts, map: () => ({ status: 403 }) }).body).toMatchObject(zhCN[403]!);
    expect(answerTo(problem(404), { texts, map: () => ({ detail: "Mine." }) }).body["detail"]).toBe("Mine.");
  });

  it("have no part of the request's query in them", () => {
    const texts = { de: { A_B: "{echo}!" } };
    const echoing = problem(400, "x", { code: "A_B", extensions: { echo: "of /orders?token=s3cr3t" } });
    expect(answerTo(echoing, { texts }, { "x-language": "de" }, { url: "/orders?token=s3cr3t" }).body["detail"]).toBe(
      "of /orders!",
    );
  });

  it("are bounded and clean, whatever a member is", () => {
    const texts = { de: { A_B: "{echo}" } };
    const long = problem(400, "x", { code: "A_B", extensions: { echo: `a\u202eb${"c".repeat(5000)}` } });
    const { body } = answerTo(long, { texts }, { "x-language": "de" });
    expect(body["detail"]).toMatch(/^a bc{996}…$/);
  });

  it("are looked up for a problem of any form", () => {
    const odd = {
      status: 404,
      type: "about:blank",
      title: "Not Found",
      code: "FSS.0404",
      errors: [null, 1, {}, { detail: "Required." }],
    };
    for (const detail of [undefined, 17, "Not valid."])
      for (const errors of [odd.errors, "none"]) {
        const rendered = createResponder({ onError, texts: { "zh-CN": zhCN } }).render({ ...odd, detail, errors } as never, {
          headers: { "x-language": "zh-CN" },
        });
        expect(JSON.parse(rendered.body)).toMatchObject({ title: zhCN[404]!.title });
      }
    expect(stderr).not.toHaveBeenCalled();
  });

  it("are those of a problem that a service of this contract has written", () => {
    const options = { contract: shop, texts };
    const relayed = {
      status: 409,
      type: "about:blank",
      title: "Conflict",
      detail: "Only 1 of B is left.",
      code: "SHOP.1001",
      extensions: { sku: "B", left: 1 },
      receivedStatus: undefined,
      upstreamStatus: 409,
      proxyError: undefined,
      cause: undefined,
    };
    const { body } = createResponder({ onError, ...options }).render(relayed, { headers: { "x-language": "zh-CN" } });
    expect(JSON.parse(body)).toMatchObject({ title: "缺货", detail: "B 只剩 1 件。" });
  });
});

describe("a formatter", () => {
  const plural = "{left, plural, =0 {{sku} sold out} one {one {sku}} other {# of {sku}}}";
  const options = {
    contract: shop,
    formatText: icu,
    texts: { en: { "SHOP.1001": plural, "SHOP.CHECKOUT_CLOSED": "Until {until, date, ::yyyyMMdd}, ''soon''" } },
  };

  it("formats all of ICU MessageFormat", () => {
    const detailOf = (thrown: unknown) => answerTo(thrown, options, {}).body["detail"];
    expect(detailOf(shop.problems.outOfStock({ sku: "A", left: 0 }))).toBe("A sold out");
    expect(detailOf(shop.problems.outOfStock({ sku: "A", left: 1 }))).toBe("one A");
    expect(detailOf(shop.problems.outOfStock({ sku: "A", left: 2000 }))).toBe("2,000 of A");
    expect(detailOf(shop.problems.checkoutClosed({ until: "2026-12-01T12:00:00Z" }))).toBe("Until 12/01/2026, 'soon'");
  });

  it("gets the text, the members and the language, for texts with a brace only", () => {
    const formatText = vi.fn<FormatText>(() => "formatted");
    const texts = { de: { "ORDER.1": "{n, number}", "ORDER.2": "ohne ''Klammer''" } };
    const codeIs = (code: string) => problem(409, "x", { code, extensions: { n: 1, other: 2 } });
    const headers = { "x-language": "de" };
    expect(answerTo(codeIs("ORDER.1"), { texts, formatText }, headers).body["detail"]).toBe("formatted");
    expect(answerTo(codeIs("ORDER.2"), { texts, formatText }, headers).body["detail"]).toBe("ohne 'Klammer'");
    expect(formatText.mock.calls).toEqual([["{n, number}", { n: 1 }, "de"]]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no format");
      },
      "no format",
    ],
    ["gives no text", () => 17 as never, "a formatter returns a text"],
    ["gives an empty text", () => " ", "a formatter returns a text"],
    ["gives a promise", () => Promise.reject(new Error("late")) as never, "returned a promise"],
  ] as [string, FormatText, string][])("that %s costs the translation, and is reported once", (_name, formatText, message) => {
    const respond = createResponder({ ...options, formatText, onError });
    for (let time = 0; time < 2; time++) {
      const { body, headers } = respond(shop.problems.outOfStock({ sku: "A-1", left: 2 }), { headers: {} });
      expect(JSON.parse(body)).toMatchObject({ detail: "Only 2 of A-1 are left.", error_code: "SHOP.1001" });
      expect(headers["content-language"]).toBe("en");
    }
    const lines = stderr.mock.calls.map(([line]) => String(line));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("fg-errors: formatText failed; the response is not affected");
    expect(lines[0]).toContain(message);
  });

  it("takes the texts that ship with this library, too", () => {
    const mongoose = { name: "ValidationError", _message: "x", errors: { age: { kind: "max", properties: { max: 12345 } } } };
    const { body } = answerTo(mongoose, { texts: { "zh-CN": zhCN }, formatText: icu });
    expect(body["errors"]).toEqual([{ pointer: "#/age", detail: "不能大于 12,345。" }]);
  });
});

describe("what is wrong is said at start", () => {
  const messageOf = (options: object) => {
    try {
      createResponder(options);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return (error as Error).message;
    }
  };
  const inZh = (rows: unknown, more: object = {}) => messageOf({ texts: { "zh-CN": rows }, ...more });

  it.each([
    [{ zh_CN: {} }, '"zh_CN", which is no language tag'],
    [{ "": {} }, '"", which is no language tag'],
    [{ iw: {} }, 'has the language tag "iw"; is "he" meant?'],
    [{ "zh-CN": {}, "zh-cn": {} }, 'has the language "zh-CN" twice'],
    [{ "zh-CN": "x" }, 'takes an object of texts for "zh-CN"'],
    [{ "zh-CN": [] }, 'takes an object of texts for "zh-CN"'],
    ["zh-CN", "takes an object of texts by language tag"],
    [[], "takes an object of texts by language tag"],
  ])("texts %j", (texts, message) => {
    expect(messageOf({ texts })).toMatch(/^createResponder: option "texts" /);
    expect(messageOf({ texts })).toContain(message);
  });

  it.each([
    [{ 418: "x" }, 'has "418", which is no status, code or reason of "functiongraph"'],
    [{ 200: "x" }, 'has "200", which is no status'],
    [{ 4040: "x" }, 'has "4040", which is no status'],
    [{ "4e2": "x" }, 'has "4e2", which is no status'],
    [{ "FSS.0418": "x" }, 'has "FSS.0418", which is no status'],
    [{ "no-such-reason": "x" }, 'has "no-such-reason", which is no status'],
    [{ "not a code": "x" }, 'has "not a code", which is no status'],
    [{ 404: 17 }, "404 takes a text, or { title, detail }"],
    [{ 404: null }, "404 takes a text, or { title, detail }"],
    [{ 404: ["x"] }, "404 takes a text, or { title, detail }"],
    [{ 404: { description: "x" } }, '404 has "description"; it takes a text, or { title, detail }'],
    [{ 404: "" }, "404 takes texts of at most 1000 characters, without control characters"],
    [{ 404: { title: " x" } }, "404 has a title that takes texts of at most"],
    [{ 404: "x".repeat(1001) }, "404 takes texts of at most 1000 characters"],
    [{ 404: "a\nb" }, "404 takes texts of at most"],
    [{ 404: "{order}" }, "404 names {order}, which it does not have"],
    [{ "too-small": "{limit} {kind}" }, "too-small names {kind}, which it does not have"],
    [{ "A.B": "{a" }, "A.B has a brace that belongs to no placeholder"],
    [{ "A.B": "{a, plural, other {x}}" }, "A.B has a brace that belongs to no placeholder"],
    [{ "A.B": { title: "{a}" } }, "A.B has a title that names {a}, which it does not have"],
  ])("rows %j", (rows, message) => {
    expect(inZh(rows)).toContain(`createResponder: option "texts" is wrong in "zh-CN": ${message}`);
  });

  it.each([
    [{ "SHOP.9999": "x" }, 'has "SHOP.9999", which is no status, code or reason of "shop"; there are the codes SHOP.1001, '],
    [{ "ORDER.1": "x" }, 'has "ORDER.1", which is no status'],
    [{ "SHOP.1001": "{sku} {price}" }, "SHOP.1001 names {price}, which it does not have"],
    [{ "SHOP.LIMITED": "{used} {plan} {x}" }, "SHOP.LIMITED names {x}, which it does not have"],
  ])("rows %j of a catalogue", (rows, message) => {
    expect(inZh(rows, { contract: shop })).toContain(`option "texts" is wrong in "zh-CN": ${message}`);
  });

  it.each([
    ["{left, plural, one {{sku}} other {{price}}}", "names {price}"],
    ["{left, select, a {x} other {'{price}'}}", undefined],
    ["{left, number, ::currency/EUR .00} it's '{'x", undefined],
    ["{left, plural, other {x}", "has a brace that is not closed"],
    ["{left, plural, other {x", "has a brace that is not closed"],
    ["{left, number", "has a brace that is not closed"],
    ["{left, date, '{'", "has a brace that is not closed"],
    ["{ 1x }", "has the placeholder { 1x }; a name takes a letter"],
    ["{sku}}", "has a brace that belongs to no placeholder"],
  ])("the text %j for a formatter", (text, message) => {
    const found = inZh({ "SHOP.1001": text }, { contract: shop, formatText: icu });
    if (message === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(`SHOP.1001 ${message}`);
  });

  it("accepts members that a schema cannot list, and every status of a shared table", () => {
    const members = { "~standard": { validate: (value: unknown) => ({ value }) } };
    const open = defineContract(functionGraph, {
      service: "A",
      types: "https://errors.example.com/",
      problems: { b: { status: 409, title: "B", detail: "B.", members } },
    });
    expect(inZh({ "A.B": "{whatever}" }, { contract: open })).toBeUndefined();
    for (const contract of [functionGraph, rfc9110, shop]) expect(inZh(zhCN, { contract, formatText: icu })).toBeUndefined();
  });

  it.each([
    [{ defaultLanguage: "de" }, 'option "defaultLanguage" takes a language of "texts": en'],
    [{ texts: { "zh-CN": {} }, defaultLanguage: "zh" }, 'option "defaultLanguage" takes a language of "texts": en, zh-CN'],
    [{ defaultLanguage: 1 }, 'option "defaultLanguage" takes a language of "texts", or "en"'],
    [{ formatText: "icu" }, 'option "formatText" takes a function'],
  ])("%j", (options, message) => expect(messageOf(options)).toBe(`createResponder: ${message}`));
});

it("a long field costs no more than a short one", () => {
  const respond = createResponder({ onError, texts: { de: { 404: "x" } } });
  const fields = [
    "-a".repeat(500_000),
    ",".repeat(1_000_000),
    "a;q=".repeat(250_000),
    `a${"-a".repeat(30)},`.repeat(20_000),
    `de;${" ".repeat(1_000_000)}q=1`,
  ];
  const before = performance.now();
  for (const field of fields)
    for (const name of ["x-language", "accept-language"]) respond(problem(404), { headers: { [name]: field } });
  expect(performance.now() - before).toBeLessThan(2000);
});
