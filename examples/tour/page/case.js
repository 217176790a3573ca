// A case of the tour as its page shows it: plain texts, each with a limit.
import { outcome } from "../check.js";
import { integrationOf } from "../visits.js";

/** @typedef {{ outcome: string, ms: number, headers: [name: string, value: string][], body: string, heard: import("../recorder.js").Heard[], curl: string }} Side */
/**
 * @typedef {object} Case
 * @property {string} request its method and path
 * @property {string} wrong what goes wrong
 * @property {number} status what the client has to get
 * @property {string} integration what of fg-errors answers
 * @property {[name: string, value: string][]} fields of the request, besides what every client sends
 * @property {string} content of the request
 * @property {Side} without
 * @property {Side} with
 * @property {string} broken what is wrong with the answer of fg-errors, or ""
 */

/**
 * @param {import("../start.js").Result} result
 * @param {{ plain: import("../start.js").Addresses, gateways: import("../start.js").Addresses }} addresses
 * @returns {Case}
 */
export function describeCase({ visit, without, answer, problem, heard }, { plain, gateways }) {
  return {
    request: `${visit.method} ${visit.path}`,
    wrong: visit.wrong,
    status: visit.status,
    integration: integrationOf(visit),
    fields: [
      ...Object.entries(visit.headers ?? {}).map(([name, value]) => field(name, value)),
      ...(visit.setHost === false ? [field("host", "(none)")] : []),
      ...(visit.body ? [field("content-type", "application/json")] : []),
    ],
    content: visit.body ?? "",
    without: describeSide(without, [], curl(plain[visit.gateway], visit)),
    with: describeSide(answer, heard, curl(gateways[visit.gateway], visit)),
    broken: problem ?? "",
  };
}

/** @type {(answer: import("../check.js").Answer, heard: Side["heard"], curl: string) => Side} */
const describeSide = (answer, heard, curl) => ({
  outcome: outcome(answer),
  ms: answer.ms,
  headers: Object.entries(answer.headers).map(([name, value]) => field(name, String(value))),
  body: shorten(answer.text, 20_000),
  heard,
  curl,
});

/** @type {(name: string, value: string) => [string, string]} */
const field = (name, value) => [name, shorten(value, 300)];

/** @type {(text: string, most: number) => string} */
const shorten = (text, most) => (text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text);

/**
 * Writes the command that sends the same request, for a POSIX shell. A value of one character many times over is made by the shell.
 * @param {string} origin
 * @param {import("../visits.js").Visit} visit
 */
export function curl(origin, { method, path, headers = {}, setHost, body }) {
  const words = ["curl -i --max-time 10"];
  if (method !== (body === undefined ? "GET" : "POST")) words.push(`-X ${method}`);
  for (const [name, value] of Object.entries(headers)) {
    const isLong = value.length > 1000 && value === "x".repeat(value.length);
    words.push(isLong ? `-H "${name}: $(head -c ${value.length} /dev/zero | tr '\\0' x)"` : `-H ${quote(`${name}: ${value}`)}`);
  }
  if (setHost === false) words.push("-H 'Host:'");
  if (body !== undefined) words.push(`-H 'content-type: application/json' --data-raw ${quote(body)}`);
  return [...words, quote(origin + path)].join(" ");
}

/** @param {string} text */
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
