import { meant } from "../problem/problem-error.js";

/**
 * Seconds. By then most of what is too much has been worked off, and another instance can be asked at once (RFC 9110 section 10.2.3).
 */
const soon = { "retry-after": "1" };

/**
 * Why a server does not give the answer of its application.
 * @param message for the operator
 * @param routine the operator has heard of it already
 * @param untouched nothing was done for the request, so it may as well come again
 */
export function unavailable(message: string, routine: boolean, untouched = true): object {
  const headers = untouched ? soon : undefined;
  return { ...meant({ status: 503, headers, routine }), name: "Unavailable", message };
}
