/**
 * Ends an invocation: with a failure for any error but null and undefined, otherwise with a result.
 * @example
 * const handler = (event: ApigEvent, context: FunctionContext, callback: Callback) => callback(null, { statusCode: 200, body: "Hello" });
 * exports.handler = fgErrors(handler);
 */
export type Callback = (error: unknown, result?: unknown) => void;

/**
 * Describes an event function's entry (FunctionGraph Developer Guide, "Node.js Function Development Overview"): one with a third parameter
 * passes its result to the callback, unless it is asynchronous.
 * @example
 * const handler: Handler<ApigEvent, FunctionContext> = async ({ path }) => ({ statusCode: 200, body: path });
 * exports.handler = fgErrors(handler);
 */
export type Handler<E, C> = (event: E, context: C, callback: Callback) => unknown;

/**
 * Waits for a handler's first outcome: a return, a throw or a call of the callback. Later ones are discarded. The promise stays pending
 * where there is none.
 */
export function resultOfHandler<E, C>(handler: Handler<E, C>, event: E, context: C): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) => (error === null || error === undefined ? resolve(result) : reject(error));
    const returned = handler(event, context, callback);
    if (handler.length < 3 || isPromise(returned)) Promise.resolve(returned).then(resolve, reject);
  });
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
