// What a gateway tells its operator: the request id of each call of `onError`.

/** Request ids of what was told since they were last taken. @type {string[]} */
let told = [];

export function take() {
  const taken = told;
  told = [];
  return taken;
}

/** @type {Required<import("@fg-errors/core").ResponderOptions>["onError"]} */
const onError = (_problem, { requestId }) => void told.push(requestId);

const usual = { onError };

/**
 * A function of ours with an `onError`.
 * @template {(...args: any[]) => unknown} Act
 * @param {Act} act
 * @param {number} at which of its parameters are the options
 */
export function hear(act, at) {
  return /** @type {Act} */ (
    (...args) => {
      args[at] = args[at] === undefined ? usual : { onError, ...args[at] }; // for relay() the same object each time
      return act(...args);
    }
  );
}
