import { noop } from "../util/noop.js";

/**
 * Names the states of an intercepted response: the state decides what happens to written content.
 * - undecided: nobody knows yet what comes
 * - head-buffered: the head of a success was given, but nothing is sent yet
 * - inspecting: a success is read before it is sent, since only its content shows whether it is one
 * - inspecting-ended: the same, and all of it has come. Its writer believes it sent, so a failure from here on changes nothing
 * - captured: an error reply is read instead of being sent
 * - captured-ended: the same, and all of it has come. Its writer believes it sent, so a failure from here on does not replace it
 * - passthrough: what is written is sent
 * - closed: our answer is complete, or the client has left; what else is written is discarded
 */
export type State =
  | "undecided"
  | "head-buffered"
  | "inspecting"
  | "inspecting-ended"
  | "captured"
  | "captured-ended"
  | "passthrough"
  | "closed";

/**
 * Names the events that change the state of an intercepted response:
 * - pass: what is written may be sent
 * - refuse: Node has refused the head that was given, in front of its writer
 * - buffer: a success has a head, and waits for its content
 * - inspect: only the content of a success shows whether it is one
 * - end: the writer has ended a response that is being inspected, or is captured
 * - replay: the inspection has found a success
 * - capture: the reply is an error, or it broke before anything of it was sent
 * - answer: our own answer is about to be written
 * - close: our answer is complete, or the client has left
 */
export type StateEvent = "pass" | "refuse" | "buffer" | "inspect" | "end" | "replay" | "capture" | "answer" | "close";

/** Lists all transitions. An event that is missing in a state must not happen there. */
export const transitions: Readonly<Record<State, Readonly<Partial<Record<StateEvent, State>>>>> = {
  undecided: { pass: "passthrough", buffer: "head-buffered", inspect: "inspecting", capture: "captured" },
  "head-buffered": { pass: "passthrough", capture: "captured" },
  // A replay runs through "undecided", where the head of a success is settled, to "passthrough".
  inspecting: { end: "inspecting-ended", replay: "undecided", capture: "captured", answer: "passthrough", close: "closed" },
  "inspecting-ended": { replay: "undecided", capture: "captured", close: "closed" },
  captured: { end: "captured-ended", answer: "passthrough", close: "closed" },
  "captured-ended": { capture: "captured", close: "closed" }, // its own answer is made: it runs through "captured"
  passthrough: { refuse: "undecided", close: "closed" },
  closed: {},
};

/** Sets what an illegal transition does with its message. Our own tests make it throw. */
export const strictness: { onIllegalTransition: (message: string) => void } = { onIllegalTransition: noop };

/**
 * Moves an intercepted response to its next state. An event that is illegal in the present state changes nothing: a client is better
 * served by a response that goes on.
 * @throws what `strictness.onIllegalTransition` throws: an Error in our own tests
 */
export function transition(interception: { state: State }, event: StateEvent): void {
  const { state } = interception;
  const next = transitions[state][event];
  if (next !== undefined) interception.state = next;
  else strictness.onIllegalTransition(`The response interceptor knows no transition "${event}" in the state "${state}"`);
}

/** Whether the content of a success is being inspected. */
export function isInspecting(state: State): boolean {
  return state === "inspecting" || state === "inspecting-ended";
}

/** Whether what is written is withheld from the client, while it is read. */
export function isWithheld(state: State): boolean {
  return isInspecting(state) || state === "captured" || state === "captured-ended";
}
