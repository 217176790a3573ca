/** Tells what came of an invocation: any error but null and undefined is one. */
export type Callback = (error: unknown, result?: unknown) => void;

/**
 * An event function's entry (FunctionGraph Developer Guide, "Node.js Function Development Overview"): one with a third parameter gives
 * its result to the callback, unless it is asynchronous.
 */
export type Handler<E, C> = (event: E, context: C, callback: Callback) => unknown;

/** What a handler's first word is, by whichever way it came; what it says after that is not heard. Pending where it says nothing. */
export function outcomeOf<E, C>(handler: Handler<E, C>, event: E, context: C): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) => (error === null || error === undefined ? resolve(result) : reject(error));
    const returned = handler(event, context, callback);
    if (handler.length < 3 || isPromise(returned)) Promise.resolve(returned).then(resolve, reject);
  });
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
