// The field's terms, in the sources: a reader who searches for one finds its file, and no private metaphor stands in its place.
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { packageNames, sourcesOf } from "./sources.js";

const sources = packageNames.flatMap((name) => sourcesOf(name).map(({ path, text }) => ({ path: `${name}/src/${path}`, text })));

/** Each term, and the file that it leads to. */
const terms: readonly [term: string, path: string][] = [
  ["response interceptor", "core/src/interceptor/response-interceptor.ts"],
  ["wrapped methods", "core/src/interceptor/wrapped-methods.ts"],
  ["original methods", "core/src/interceptor/wrapped-methods.ts"],
  ["capture", "core/src/interceptor/captured-reply.ts"],
  ["restore", "core/src/interceptor/response-interceptor.ts"],
  ["replay", "core/src/interceptor/captured-reply.ts"],
  ["rejectWriter", "core/src/interceptor/captured-reply.ts"],
  ["undecided", "core/src/interceptor/interceptor-state.ts"],
  ["head-buffered", "core/src/interceptor/interceptor-state.ts"],
  ["inspecting-ended", "core/src/interceptor/interceptor-state.ts"],
  ["passthrough", "core/src/interceptor/interceptor-state.ts"],
  ["transition", "core/src/interceptor/interceptor-state.ts"],
  ["inspects the head", "core/src/reply/inspect-reply.ts"],
  ["exchange", "core/src/node/exchange.ts"],
  ["explainFailure", "core/src/proxy/track-exchange.ts"],
  ["trackExchange", "core/src/proxy/track-exchange.ts"],
  ["client-facing", "core/src/recognisers/families.ts"],
  ["operational", "core/src/recognisers/families.ts"],
  ["HTTP clients", "core/src/recognisers/http-clients/http-clients.ts"],
  ["database drivers", "core/src/recognisers/families/database-drivers.ts"],
  ["ORMs", "core/src/recognisers/families/orms.ts"],
  ["redact", "core/src/recognisers/redact-values.ts"],
  ["validation dialects", "core/src/recognisers/families/validation-dialects.ts"],
  ["throttle", "core/src/recognisers/families/rate-limits.ts"],
  ["unwrap", "core/src/recognisers/recognise.ts"],
  ["lingering close", "core/src/server/lingering-close.ts"],
  ["pipelining", "core/src/server/pipelining.ts"],
  ["recoverRequest", "core/src/server/recover-request.ts"],
  ["abandonResponse", "core/src/server/abandon-response.ts"],
  ["replaceResponse", "core/src/server/replace-response.ts"],
  ["load shedding", "core/src/server/load-shedding.ts"],
  ["graceful shutdown", "core/src/server/drain.ts"],
  ["representation fields", "core/src/http/field-rules.ts"],
  ["surviving fields", "core/src/http/header-fields.ts"],
  ["hop-by-hop fields", "core/src/http/header-fields.ts"],
  ["backpressure", "core/src/interceptor/captured-reply.ts"],
  ["snapshot", "core/src/node/response-fields.ts"],
  ["integration", "core/src/node/exchange.ts"],
  ["entry point", "core/src/adapter.ts"],
  ["report", "core/src/responder/report.ts"],
  ["discard", "core/src/reply/reply.ts"],
  ["expensive", "core/src/responder/report.ts"],
];

/** Words that once stood in place of those terms; with some of them only as a part of a name, since they are plain English elsewhere. */
const metaphors = new Set(
  "beneath dear door doors dying happened held hold holding holds hush letgo linger live outlook progress said speak spoken tell tells told unsaid verdict ways wording".split(
    " ",
  ),
);

/** Names that were made of several words, or that are plain English for other things: files had them. */
const formerFiles = new Set(
  "answer-instead call-faults clients datastores drivers failed-calls give-up hold in-turn issues linger load packet ways wording".split(
    " ",
  ),
);

const formerNames = new Set(["take", "giveBack", "letGo", "turnAway", "inProgress", "answerInstead", "giveUp"]);

/** Lists the identifiers of a module. */
function identifiersIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, name } = node as { readonly type?: unknown; readonly name?: unknown };
  const own = (type === "Identifier" || type === "PrivateIdentifier") && typeof name === "string" ? [name] : [];
  return [...own, ...Object.values(node).flatMap(identifiersIn)];
}

const wordsOf = (name: string) =>
  name
    .replace(/([a-z0-9])(?=[A-Z])/g, "$1 ")
    .toLowerCase()
    .split(/[\s_$]+/);

const isMetaphor = (name: string) => formerNames.has(name) || wordsOf(name).some((word) => metaphors.has(word));

it.each(terms)('a search for "%s" finds its file', (term, path) => {
  const found = sources.filter(({ text }) => text.toLowerCase().includes(term.toLowerCase())).map((source) => source.path);
  expect(found).toContain(path);
});

describe.each(sources)("$path", ({ path, text }) => {
  it("has no metaphor for a name", () => {
    const names = new Set(identifiersIn(parseAst(text, { lang: "ts" })));
    expect([...names].filter(isMetaphor)).toEqual([]);
    expect(path.split(/\/|\.ts$/).filter((part) => formerFiles.has(part))).toEqual([]);
  });
});

it("the check splits names into words", () => {
  const code = "const lingerTime = 1; function take(theWays) { return theWays.giveBack; } const mistake = isLingering;";
  const names = new Set(identifiersIn(parseAst(code, { lang: "ts" })));
  expect([...names].filter(isMetaphor)).toEqual(["lingerTime", "take", "theWays", "giveBack"]);
});
