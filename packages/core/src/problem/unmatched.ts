import { meant } from "./problem-error.js";

/** Lists RFC 9110's methods and PATCH (RFC 5789), without CONNECT and TRACE, which no framework routes by itself. */
const routedMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Makes the finding of a request that no route answered: 501 for a method that nothing here implements (RFC 9110 section 9.1),
 * 405 where the path exists for other methods, else 404. It is not an Error: to capture a stack is most of what an unmatched
 * route would cost.
 * @param method of the request; default "GET"
 * @param allow methods of the routes that the path matches
 * @param implemented methods that any route of the application takes
 * @example unmatched("PUT", ["GET"]) // a 405 with Allow: GET
 */
export function unmatched(
  method = "GET",
  allow: Iterable<string> = [],
  implemented: () => Iterable<string> = () => allow,
): object {
  const allowed = [...allow];
  if (!routedMethods.has(method) && ![...implemented()].includes(method)) return meant({ status: 501, routine: true });
  if (allowed.length === 0 || allowed.includes(method)) return meant({ status: 404 });
  return meant({ status: 405, headers: { allow: allowed.join(", ") } });
}
