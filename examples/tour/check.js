// Asks a gateway, and says whether its answer keeps the contract.
import { request } from "node:http";
import { functionGraph } from "@fg-errors/core";

/** @typedef {{ status?: number, headers: import("node:http").IncomingHttpHeaders, text: string, cut: boolean, late: boolean, ms: number }} Answer */

/**
 * Sends the request as a plain HTTP client does: fetch has opinions of its own about a 407.
 * @param {string} origin
 * @param {import("./visits.js").Visit} visit
 * @param {number} timeout milliseconds without a byte after which the tour gives up on the gateway
 * @returns {Promise<Answer>}
 */
export function ask(origin, { method, path, headers = {}, setHost, body }, timeout) {
  return new Promise((resolve) => {
    const content = body ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) } : {};
    let late = false;
    const began = performance.now();
    const took = () => Math.round(performance.now() - began);
    const options = { method, headers: { ...headers, ...content }, setHost, agent: false, timeout };
    const outgoing = request(origin + path, options, (response) => {
      const { statusCode: status = 0, headers } = response;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response
        .on("error", () => {})
        .on("close", () => {
          resolve({ status, headers, text, cut: !response.complete, late, ms: took() });
        });
    });
    outgoing.on("timeout", () => {
      late = true;
      outgoing.destroy();
    });
    outgoing.on("error", () => resolve({ headers: {}, text: "", cut: true, late, ms: took() }));
    outgoing.end(body);
  });
}

/**
 * What is wrong with an answer, or undefined when the contract is kept.
 * @param {import("./visits.js").Visit} visit
 * @param {Answer} answer
 */
export function broken(visit, { status, headers, text, cut, late }) {
  if (late) return "no end of it";
  if (status !== visit.status) return `status ${status}, not ${visit.status}`;
  if (cut || visit.cut) return cut === (visit.cut ?? false) ? undefined : "the transfer should be cut, and only then";
  if (!Object.hasOwn(functionGraph.statuses, status)) return `status ${status} is not documented`;
  const body = parse(text);
  if (body === undefined) return "the body is not JSON";
  if (body.status !== status) return "the body says another status";
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(body.error_code ?? "")) return "no error_code";
  if (body.request_id !== headers["x-request-id"]) return "request ids differ";
  if (headers["cache-control"] !== "no-store") return "may be cached";
  if (/hunter2|internal|    at /.test(text)) return "leaks what is inside";
  return undefined;
}

/**
 * Says in a few words what came: a status, and whether it is all of the answer.
 * @param {Answer} answer
 */
export function outcome({ status, cut, late }) {
  if (status === undefined) return late ? "no answer" : "connection closed";
  if (late) return `${status}, then nothing any more`;
  return cut ? `${status}, then cut off` : `${status}`;
}

/** @param {string} text */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
