import { isError } from "@fg-errors/core/adapter";

/**
 * Whether an error says no more than that the response is closed: koa-proxies rejects with one when the client leaves, or when we have cut
 * a response that broke. Nobody can be answered any more, and the failure itself, if there was one, is reported already.
 */
export function isResponseClosed(thrown: unknown): boolean {
  try {
    return isError(thrown) && String(thrown.message).startsWith("Http response closed while proxying ");
  } catch {
    return false; // it may have a getter that throws
  }
}
