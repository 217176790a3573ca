import { words } from "./orders.js";

let count = 0;
const start = `${process.pid.toString(36)}-`;

/**
 * The least that an error reply of our form costs: no recogniser, no header policy, no id from a header; nothing is checked.
 * @param {import("node:http").ServerResponse} response
 * @param {number} status
 * @param {string} instance
 * @param {{ detail?: string | undefined, errors?: object[] | undefined, allow?: string | undefined, kind?: { type: string, title: string, code: string } }} [more]
 */
export function writeError(response, status, instance, { detail, errors, allow, kind } = {}) {
  const { title, detail: usual, code } = kind ? { ...kind, detail: "" } : words(status);
  const said = detail ?? usual;
  const id = start + (count++).toString(36);
  const members = {
    type: kind ? kind.type : "about:blank",
    title,
    status,
    detail: said,
    instance,
    error_code: code,
    error_msg: said,
    request_id: id,
    errors,
  };
  const body = JSON.stringify(members);
  const head = headOf(body, id);
  if (allow !== undefined) head.push("Allow", allow);
  response.writeHead(status, head);
  response.end(body);
}

/**
 * @param {string | Buffer} body
 * @param {string} id
 */
export function headOf(body, id) {
  return [
    "Content-Type",
    "application/problem+json",
    "Content-Length",
    String(Buffer.byteLength(body)),
    "Cache-Control",
    "no-store",
    "X-Content-Type-Options",
    "nosniff",
    "X-Request-Id",
    id,
  ];
}
