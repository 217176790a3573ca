import { meant } from "../problem/problem-error.js";

/**
 * Sets Retry-After, in seconds (RFC 9110 section 10.2.3). A second is enough for most of an overload to be worked off, and a client can ask
 * another instance at once.
 */
const retryFields = { "retry-after": "1" };

/**
 * Creates the value to answer with 503 where the server refuses a request, or abandons its response.
 * @param message for the operator
 * @param routine the operator has been informed already: stderr does not get it again
 * @param retryable nothing was done for the request, so the client may repeat it: adds Retry-After
 */
export function serviceUnavailable(message: string, routine: boolean, retryable = true): object {
  const headers = retryable ? retryFields : undefined;
  return meant({ status: 503, headers, routine }, "Unavailable", message);
}
