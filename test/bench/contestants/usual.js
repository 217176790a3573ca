// What contestants have in common.
import { Agent } from "node:http";

/** A hook gets every problem: else a 5xx would be written to stderr. */
export const silent = { onError() {} };

/**
 * How http-proxy-middleware is set up. Connections to the upstream are kept: a new one for each request would hide what is measured.
 * @param {string} target
 */
export function proxying(target) {
  return { target, agent: new Agent({ keepAlive: true }), proxyTimeout: 10_000 };
}
