// Error pages for gateways that fetch them: Traefik's errors middleware, ingress-nginx. HOST and PORT are where to listen (0: any free port).
import { createServer } from "node:http";
import { createResponder, UpstreamError } from "@fg-errors/core";
import { answer } from "@fg-errors/core/hosts";
import { drain, guardServer } from "@fg-errors/core/server";
import { contract } from "./contract.js";

const { HOST = "127.0.0.1", PORT = "8081" } = process.env;

/** The gateway has logged what failed: a line here would repeat it. */
const options = { contract, onError() {} };
const respond = createResponder(options);

const server = guardServer(
  createServer((request, response) => {
    if (request.url === "/healthz" && request.headers["x-code"] === undefined) return void response.end();
    const { status, url, accept } = failureOf(request);
    const failure = new UpstreamError({ status, upstream: true }, undefined, false); // folded as a service's status is
    answer(respond, failure, request, response, { url, headers: { ...request.headers, accept } });
  }),
  options,
).listen(Number(PORT), HOST, () => {
  console.log(`Error pages on http://${HOST}:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
process.once("SIGTERM", () => drain(server));

/**
 * Gives what a gateway says of the failed request. Traefik copies the client's fields, so nothing but the path counts there. A request
 * that comes neither way is a client's own, for which there was no route.
 * @param {import("node:http").IncomingMessage} request
 */
function failureOf({ url = "/", headers }) {
  const [, page, query] = /^\/\.fg-errors\/([45]\d\d)(?:\?(.*))?$/s.exec(url) ?? [];
  if (page !== undefined)
    return { status: Number(page), url: new URLSearchParams(query).get("url") ?? "/", accept: headers.accept };
  const { "x-code": code, "x-original-uri": original, "x-format": format } = headers;
  if (code === undefined) return { status: 404, url, accept: headers.accept };
  return { status: statusIn(code), url: textIn(original) ?? "/", accept: textIn(format) ?? headers.accept };
}

/** @param {string | string[]} code */
const statusIn = (code) => (/^[45]\d\d$/.test(String(code)) ? Number(code) : 500);

/** @param {string | string[] | undefined} value */
const textIn = (value) => (typeof value === "string" ? value : undefined);
