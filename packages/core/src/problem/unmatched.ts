import type { Finding } from "./finding.js";
import { meant } from "./problem-error.js";

/** Lists RFC 9110's methods and PATCH (RFC 5789), without CONNECT and TRACE, which no framework routes by itself. */
const routedMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Names the status of a request that nothing has answered. Koa gives it to every response from the start.
 * @example const isChosen = ctx.status !== unmatchedStatus;
 */
export const unmatchedStatus = 404;

/**
 * Makes the finding of a request that no route answered: 501 for a method that nothing here takes (RFC 9110 section 9.1), 405 where
 * the path exists for other methods, else 404. OPTIONS alone makes no path exist: handlers of CORS take it for all paths. The finding is
 * not an Error: to capture a stack is most of what an unmatched route would cost.
 * @param method of the request; default "GET"
 * @param allow methods of the routes that the path matches
 * @param isTaken whether something in the application may take a method, at whatever path; asked for uncommon methods only
 * @example unmatched("PUT", ["GET"]) // a 405 with Allow: GET
 */
export function unmatched(
  method = "GET",
  allow: Iterable<string> = [],
  isTaken: (method: string) => boolean = () => false,
): object {
  const allowed = [...allow];
  if (!routedMethods.has(method) && !allowed.includes(method) && !isTaken(method))
    return unanswered({ status: 501, routine: true }, `Nothing takes the method ${method}`);
  if (allowed.includes(method) || takeOptionsOnly(allowed)) return unroutedPath;
  return unanswered({ status: 405, headers: { allow: allowed.join(", ") } }, `No route of the path takes the method ${method}`);
}

function unanswered(finding: Finding, message: string): object {
  return meant(finding, "UnmatchedRequest", message);
}

/** Gives what most unmatched requests are: one value for all, since it says nothing of any of them. */
const unroutedPath = Object.freeze(unanswered({ status: unmatchedStatus }, "No route matches the path"));

/** Whether no route takes another method than OPTIONS: the path is then routed for nothing. */
function takeOptionsOnly(methods: readonly string[]): boolean {
  return methods.every((method) => method === "OPTIONS");
}
