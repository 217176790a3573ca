// What no framework can beat: node:http, writing a reply that was made beforehand.
import { headOf } from "./hand-tuned.js";
import { order, words } from "./orders.js";

/** @type {import("../types.js").Contestant} */
export function bare({ status, length }) {
  const body = length === undefined ? bodyOf(status) : Buffer.alloc(length, "x");
  const head = status < 400 ? ["Content-Type", "application/json", "Content-Length", String(body.length)] : headOf(body, "bare");
  return (request, response) => {
    if (request.headers["content-length"] !== undefined) request.resume();
    response.writeHead(status, head);
    response.end(body);
  };
}

/** @param {number} status */
function bodyOf(status) {
  if (status < 400) return JSON.stringify(order);
  const { title, detail, code } = words(status);
  const where = { instance: "/orders/17", error_code: code, error_msg: detail, request_id: "bare" };
  return JSON.stringify({ type: "about:blank", title, status, detail, ...where });
}
