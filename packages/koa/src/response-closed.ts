import { isError } from "@fg-errors/core";

/**
 * Whether an error says no more than that the response is closed: koa-proxies rejects with one when the client leaves, or when we have cut
 * a response that broke. Nobody can be answered any more, and the failure itself, if there was one, is reported already.
 */
export function isResponseClosed(thrown: unknown): boolean {
  try {
    return isError(thrown) && /^Http response closed while proxying /.test(thrown.message);
  } catch {
    return false; // it may have a getter that throws
  }
}
