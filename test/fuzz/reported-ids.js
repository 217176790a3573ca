// Records what a gateway reports: the request id of each call of `onError`.

/** Request ids of what was reported since take() was last called. @type {string[]} */
let reported = [];

export function take() {
  const taken = reported;
  reported = [];
  return taken;
}

/** @type {Required<import("@fg-errors/core").ResponderOptions>["onError"]} */
const onError = (_problem, { requestId }) => void reported.push(requestId);

const usual = { onError };

/**
 * A function of ours with an `onError`.
 * @template {(...args: any[]) => unknown} Act
 * @param {Act} act
 * @param {number} at which of its parameters are the options
 */
export function recordReports(act, at) {
  return /** @type {Act} */ (
    (...args) => {
      args[at] = args[at] === undefined ? usual : { onError, ...args[at] }; // for relay() the same object each time
      return act(...args);
    }
  );
}
