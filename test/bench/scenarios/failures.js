// An application's own failures, and its happy path, on Express 5 and Koa 3.

import { baseline } from "../baseline.js";

/** @typedef {import("../types.js").Scenario} Scenario */
/** @typedef {Scenario["contestants"]} Contestants */
/** @typedef {NonNullable<Scenario["targets"]>} Targets */
/** @typedef {"Express" | "Koa"} Framework */

/** Who answers in a framework, besides those above. @type {Record<Framework, Contestants>} */
const answering = {
  Express: {
    "hand-tuned": ["express.js", "handTuned"],
    default: ["express.js", "byDefault"],
    "hand-written": ["express.js", "handWritten"],
    Boom: ["express-libraries.js", "boom"],
    "strong-error-handler": ["express-libraries.js", "strong"],
    "express-http-problem-details": ["express-libraries.js", "problemDetails"],
    "api-problem": ["express-libraries.js", "apiProblem"],
    ours: ["express.js", "ours"],
    "ours, functiongraph": ["express.js", "oursFunctiongraph"],
  },
  Koa: {
    "hand-tuned": ["koa.js", "handTuned"],
    default: ["koa.js", "byDefault"],
    "hand-written": ["koa.js", "handWritten"],
    Boom: ["koa-libraries.js", "boom"],
    "koa-json-error": ["koa-libraries.js", "jsonError"],
    "koa-onerror": ["koa-libraries.js", "onError"],
    ours: ["koa.js", "ours"],
    "ours, functiongraph": ["koa.js", "oursFunctiongraph"],
  },
};

const formats = ["ours", "ours, functiongraph"];

/** @type {readonly { name: string, path: string, status: number, method?: string, body?: string, unable?: string[], only?: string[], ours?: string }[]} */
const failures = [
  { name: "thrown 404 of http-errors", path: "/missing/17", status: 404 },
  { name: "thrown 404 of its own", path: "/own/17", status: 404 },
  { name: "an existing 404 of http-errors rethrown", path: "/rethrown/17", status: 404 },
  { name: "plain Error", path: "/failing/17", status: 500 },
  { name: "unmatched", path: "/nowhere/17", status: 404 },
  {
    name: "wrong method",
    path: "/orders/17",
    method: "DELETE",
    status: 405,
    unable: ["Express default"],
  },
  { name: "malformed JSON", path: "/orders", method: "POST", body: '{"id": 17, "items": ["ale", }', status: 400 },
  { name: "5 invalid fields", path: "/invalid/17", status: 400, unable: ["Express default", "Koa default", "koa-onerror"] },
  {
    name: "domain error by catalogue",
    path: "/domain/17",
    status: 409,
    only: ["hand-tuned", "hand-written"],
    ours: "oursByCatalogue",
  },
];

/** The failures for which more than this is allowed of the hand-tuned writer's instructions: there is most to find out. */
const expensive = new Set(["an existing 404 of http-errors rethrown", "5 invalid fields"]);

/** Where a framework's silent default has next to nothing to do, and is still not to be cheaper. */
const besideDefault = new Set(["thrown 404 of http-errors", "plain Error", "unmatched"]);

/** @type {readonly Scenario[]} */
export const scenarios = /** @type {const} */ (["Express", "Koa"]).flatMap((framework) => [
  ...failures.map((failure) => failing(framework, failure)),
  happy(framework),
]);

/**
 * @param {Framework} framework
 * @param {(typeof failures)[number]} failure
 * @returns {Scenario}
 */
function failing(framework, { name, path, status, method = "GET", body = "", unable = [], only, ours }) {
  const able = Object.entries(answering[framework]).filter(
    ([label]) =>
      !unable.some((who) => who === label || who === `${framework} ${label}`) &&
      (only === undefined || only.includes(label) || label === "ours"),
  );
  const peers = able
    .map(([label]) => label)
    .filter((label) => label !== "hand-tuned" && !label.startsWith("ours") && (label !== "default" || besideDefault.has(name)));
  const more = special(framework)[name];
  const headers = body === "" ? {} : { "Content-Type": "application/json" };
  return {
    name: `${framework}, ${name}`,
    request: { method, path, headers, body },
    status,
    json: able.map(([label]) => label).filter((label) => label !== "default"),
    contestants: {
      ...baseline,
      ...Object.fromEntries(able),
      ...(ours && { ours: [`${framework.toLowerCase()}.js`, ours] }),
      ...more?.contestants,
    },
    targets: [
      {
        what: "ours and hand-tuned",
        ours: "ours",
        to: "hand-tuned",
        most: expensive.has(name) ? 1.12 : 1.05,
        by: "instructions",
      },
      // What reads a body costs more than whatever is said of it.
      ...(body === ""
        ? formats
            .filter((label) => able.some(([name]) => name === label))
            .map((label) => ({
              what: `${label} and every peer`,
              ours: label,
              to: peers,
              most: 1,
              by: /** @type {const} */ ("cpu"),
            }))
        : []),
      ...(more?.targets ?? []),
    ],
  };
}

/**
 * What concerns one failure only.
 * @param {Framework} framework
 * @returns {Record<string, { contestants?: Contestants, targets: Targets }>}
 */
function special(framework) {
  const thrown = "ours, of http-errors";
  return {
    "thrown 404 of its own": {
      contestants: { [thrown]: [`${framework.toLowerCase()}.js`, "oursOfHttpErrors"] },
      targets: [
        { what: "a ProblemError and an error of http-errors, both through us", ours: "ours", to: thrown, most: 0.5, by: "cpu" },
      ],
    },
    ...(framework === "Express" && {
      unmatched: { targets: [{ what: "ours and bare node:http", ours: "ours", to: "bare", most: 1.25, by: "cpu" }] },
    }),
  };
}

/**
 * @param {Framework} framework
 * @returns {Scenario}
 */
function happy(framework) {
  const labels = { default: "without", "hand-written": "hand-written", "koa-json-error": "koa-json-error", ours: "ours" };
  /** @type {Record<string, Contestants[string]>} */
  const contestants = { ...baseline };
  for (const [label, name] of Object.entries(labels)) {
    const contestant = answering[framework][label];
    if (contestant) contestants[name] = contestant;
  }
  const most = { Express: 1.005, Koa: 1.01 }[framework]; // on Express nothing of ours runs
  return {
    name: `${framework}, happy path`,
    request: { path: "/orders/17" },
    status: 200,
    contestants,
    targets: [
      { what: "with and without us", ours: "ours", to: "without", most: "noise", by: "cpu" },
      { what: "with and without us", ours: "ours", to: "without", most, by: "instructions" },
    ],
  };
}
