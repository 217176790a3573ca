// The stops of the tour: what is asked of which gateway, what goes wrong there, and what has to come out.

/**
 * @typedef {object} Visit
 * @property {"express" | "koa"} gateway
 * @property {string} method
 * @property {string} path
 * @property {string} [body]
 * @property {Record<string, string>} [headers]
 * @property {boolean} [setHost] false for a request without a Host field
 * @property {string} wrong what goes wrong
 * @property {number} status what the client has to get
 * @property {boolean} [cut] the transfer has to break, since the status has been sent already
 */

/** @type {(gateway: Visit["gateway"], request: string, wrong: string, status: number, more?: Partial<Visit>) => Visit} */
const visit = (gateway, request, wrong, status, more) => {
  const [method = "GET", path = "/"] = request.split(" ");
  return { gateway, method, path, wrong, status, ...more };
};

export const visits = [
  visit("express", "GET /shop/status/401", "upstream wants Basic credentials", 401),
  visit("express", "GET /shop/status/403", "upstream refuses", 403),
  visit("express", "GET /shop/nowhere", "upstream has no such page", 404),
  visit("express", "GET /shop/status/406", "upstream has no fitting representation", 406),
  visit("express", "GET /shop/status/407", "upstream's own proxy wants credentials", 502),
  visit("express", "GET /shop/status/408", "upstream waited for the request", 408),
  visit("express", "GET /shop/status/410", "gone, and 410 is not documented", 404),
  visit("express", "GET /shop/invalid", "422 with a JSON body of its own", 400),
  visit("express", "GET /shop/google", "409 in Google's form, compressed", 409),
  visit("express", "GET /branch/paid", "upstream keeps the contract itself", 409),
  visit("express", "GET /shop/status/429", "upstream throttles", 503),
  visit("express", "GET /shop/status/500", "upstream's page shows its stack", 500),
  visit("express", "GET /shop/status/503", "upstream is in maintenance", 503),
  visit("express", "GET /functions/failed", "a function failed behind a 200", 502),
  visit("express", "GET /functions/late", "a function timed out behind a 200", 504),
  visit("express", "GET /functions/busy", "FunctionGraph has no instance left", 503),
  visit("express", "GET /functions/large", "FunctionGraph finds the request too large", 400),
  visit("express", "GET /closed/", "nobody listens there", 502),
  visit("express", "GET /faulty/reset", "connection reset before headers", 502),
  visit("express", "GET /faulty/hang", "upstream never answers", 504),
  visit("express", "GET /faulty/garbage", "that is not HTTP", 502),
  visit("express", "GET /faulty/huge-headers", "100 kB of header", 502),
  visit("express", "GET /faulty/odd-status", "status 999", 502),
  visit("express", "GET /faulty/switch", "101 that nobody asked for", 502),
  visit("express", "GET /faulty/bad-chunk", "a chunk of no size", 502),
  visit("express", "GET /faulty/truncated", "content ends too early", 200, { cut: true }),
  visit("express", "GET /nested/nowhere", "a nested application answers itself", 404),
  visit("express", "GET /price", "a handler's own call is refused with 401", 502),
  visit("express", "POST /orders", "malformed JSON from the client", 400, { body: '{"quantity":' }),
  visit("express", "DELETE /orders", "the path takes POST only", 405),
  visit("express", "GET /egress", "407 of the gateway's own", 407),
  visit("express", "GET /paid", "a conflict, said by the application", 409),
  visit("express", "GET /bug", "TypeError in a handler", 500),
  visit("express", "GET /nowhere", "no route", 404),
  visit("express", "GET /large", "100 kB of header from the client", 400, { headers: { cookie: "x".repeat(100_000) } }),
  visit("express", "GET /anonymous", "the client names no host", 400, { setHost: false }),
  visit("express", "GET /expecting", "the client expects what nobody knows", 400, { headers: { expect: "wonders" } }),
  visit("koa", "GET /shop/status/404", "upstream has no such page", 404),
  visit("koa", "GET /shop/status/409", "upstream reports a conflict", 409),
  visit("koa", "GET /branch/paid", "upstream keeps the contract itself", 409),
  visit("koa", "GET /shop/status/500", "upstream's page shows its stack", 500),
  visit("koa", "GET /functions/failed", "a function failed behind a 200", 502),
  visit("koa", "GET /functions/unsaid", "the same, said in the content only", 502),
  visit("koa", "GET /closed/", "nobody listens there", 502),
  visit("koa", "GET /faulty/reset", "connection reset before headers", 502),
  visit("koa", "GET /faulty/hang", "upstream never answers", 504),
  visit("koa", "GET /faulty/no-headers", "connection ends within the header", 502),
  visit("koa", "GET /faulty/truncated", "content ends too early", 200, { cut: true }),
  visit("koa", "GET /teapot", "ctx.throw(418)", 400),
  visit("koa", "GET /nothing", "ctx.status = 503 and no body", 503),
  visit("koa", "GET /bug", "TypeError in a handler", 500),
  visit("koa", "GET /nowhere", "no route", 404),
  visit("koa", "PROPFIND /orders", "a method nobody implements", 501),
  visit("koa", "GET /large", "100 kB of header from the client", 400, { headers: { cookie: "x".repeat(100_000) } }),
];

/**
 * Names what of fg-errors answers a visit: the upstreams stand behind a proxy, and what Node's parser rejects reaches no application.
 * @param {Visit} visit
 */
export function integrationOf({ gateway, path }) {
  const name = gateway === "express" ? "Express" : "Koa";
  if (/^\/(?:shop|branch|functions|closed|faulty)\//.test(path))
    return `${name}: ${gateway === "express" ? "fgProxy()" : "relay()"}`;
  if (path === "/nested/nowhere") return `${name}: fgResponses()`;
  if (path === "/price") return `${name}: upstream()`;
  if (["/large", "/anonymous", "/expecting"].includes(path)) return "Server: guardServer()";
  return `${name}: fgErrors()`;
}
