import { isError } from "@fg-errors/core/adapter";

/**
 * Whether an error only reports that the response is closed: koa-proxies rejects with one when the client leaves, or when we have cut a
 * response that broke. No client waits for an answer any more, and the failure itself, if there was one, is already reported.
 */
export function isResponseClosed(thrown: unknown): boolean {
  try {
    if (!isError(thrown) || thrown.name !== "Error") return false; // zod writes its issues into the message when that is read
    return String(thrown.message).startsWith("Http response closed while proxying ");
  } catch {
    return false; // its message may be a getter that throws
  }
}
