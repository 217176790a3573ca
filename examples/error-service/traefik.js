// Writes Traefik's configuration for the error pages of a contract. SERVICE is where service.js listens.
import { normalizeError, UpstreamError } from "@fg-errors/core";
import { contract } from "./contract.js";

const { SERVICE = "http://127.0.0.1:8081" } = process.env;

/** @param {number} status */
const foldOf = (status) => normalizeError(new UpstreamError({ status, upstream: true }, undefined, false), { contract }).status;

/** Traefik sends its own status, whatever the page's is: so each status that is folded has to be listed. */
/** @type {{ first: number, last: number, to: number }[]} */
const rewrites = [];
for (let status = 400; status <= 599; status++) {
  const to = foldOf(status);
  const before = rewrites.at(-1);
  if (to === status) continue;
  if (before?.last === status - 1 && before.to === to) before.last = status;
  else rewrites.push({ first: status, last: status, to });
}

console.log(`http:
  middlewares:
    contract:
      errors:
        status: ["400-599"]
        statusRewrites:
${rewrites.map(({ first, last, to }) => `          "${first === last ? first : `${first}-${last}`}": ${to}`).join("\n")}
        service: error-pages
        query: "/.fg-errors/{status}?url={url}"
  services:
    error-pages:
      loadBalancer:
        servers:
          - url: "${SERVICE}"`);
