// Serves the page of the tour, and asks the gateways again for it. It answers its own page only: no other origin may have the gateways asked, and
// no name that a foreign server resolves to 127.0.0.1 may read the answers.
import { readFileSync } from "node:fs";
import { fgErrors, problem } from "@fg-errors/express";
import express from "express";

/** @typedef {import("./case.js").Case} Case */

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const files = /** @type {const} */ ([
  ["/", "index.html", "text/html"],
  ["/page.css", "page.css", "text/css"],
  ["/page.js", "page.js", "text/javascript"],
]);

/**
 * Makes the application that serves the page.
 * @param {Case[]} cases as the tour has seen them
 * @param {(index: number) => Promise<Case>} run asks the gateways anew
 */
export function createPage(cases, run) {
  /** @type {Map<number, Promise<Case>>} */
  const running = new Map();
  const app = express().disable("x-powered-by").set("env", "test");
  app.use(refuseForeign);
  for (const [path, name, type] of files) {
    const content = readFileSync(new URL(name, import.meta.url));
    app.get(path, (_request, response) => void response.type(`${type}; charset=utf-8`).send(content));
  }
  app.get("/favicon.ico", (_request, response) => void response.status(204).end());
  app.get("/cases", (_request, response) => void response.json(cases));
  app.post("/cases/:index/run", ({ params }, response, next) => {
    const index = cases.findIndex((_case, at) => String(at) === params.index);
    if (index === -1) throw problem(404, "The tour has no such case.");
    const asking = running.get(index) ?? run(index).finally(() => running.delete(index));
    running.set(index, asking);
    asking.then((again) => response.json((cases[index] = again))).catch(next);
  });
  return app.use(fgErrors({ onError() {} }));
}

/** @param {import("express").Request} request @param {import("express").Response} response @param {import("express").NextFunction} next */
function refuseForeign({ method, headers, socket }, response, next) {
  response.set({
    "Content-Security-Policy": policy,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  });
  const hosts = ["127.0.0.1", "localhost"].map((name) => `${name}:${socket.localPort}`);
  if (!hosts.includes(headers.host ?? "")) throw problem(403, "The tour answers to its own address only.");
  const isSafe = method === "GET" || method === "HEAD";
  if (!isSafe && headers.origin !== `http://${headers.host}`) throw problem(403, "The tour does what its own page asks only.");
  next();
}
