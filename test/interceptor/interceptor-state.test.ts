// The states of the response interceptor and their transitions, drawn a second time, and what becomes of a transition that is not drawn.
import { describe, expect, it, vi } from "vitest";
import { transition, transitions, type State, type StateEvent } from "../../packages/core/src/interceptor/interceptor-state.js";

const events: readonly StateEvent[] = ["pass", "refuse", "buffer", "inspect", "capture", "end", "replay", "answer", "close"];

/** A row for each state, a column for each event in the order above; "-" for what must not happen. */
const drawn: Readonly<Record<State, readonly (State | "-")[]>> = {
  undecided: ["passthrough", "-", "head-buffered", "inspecting", "captured", "-", "-", "-", "-"],
  "head-buffered": ["passthrough", "-", "-", "-", "captured", "-", "-", "-", "-"],
  inspecting: ["-", "-", "-", "-", "captured", "inspecting-ended", "undecided", "passthrough", "closed"],
  "inspecting-ended": ["-", "-", "-", "-", "captured", "-", "undecided", "-", "closed"],
  captured: ["-", "-", "-", "-", "-", "captured-ended", "-", "passthrough", "closed"],
  "captured-ended": ["-", "-", "-", "-", "captured", "-", "-", "-", "closed"],
  passthrough: ["-", "undecided", "-", "-", "-", "-", "-", "-", "closed"],
  closed: ["-", "-", "-", "-", "-", "-", "-", "-", "-"],
};

const states = Object.keys(drawn) as State[];
const cases = states.flatMap((state) => events.map((event, at) => ({ state, event, next: drawn[state][at]! })));

it("has a row for each state", () => {
  expect(Object.keys(transitions).toSorted()).toEqual(states.toSorted());
});

describe("under test", () => {
  it.each(cases)("$state: $event leads to $next", ({ state, event, next }) => {
    const interception = { state };
    const move = () => transition(interception, event);
    if (next === "-") expect(move).toThrow(`no transition "${event}" in the state "${state}"`);
    else move();
    expect(interception.state).toBe(next === "-" ? state : next);
  });
});

describe("in production", () => {
  it("an illegal transition changes nothing, and throws nothing", async () => {
    vi.resetModules();
    const production = await import("../../packages/core/src/interceptor/interceptor-state.js");
    for (const { state, event, next } of cases) {
      const interception = { state };
      production.transition(interception, event);
      expect(interception.state).toBe(next === "-" ? state : next);
    }
  });
});

it("from each state but the last a response can get to its end", () => {
  for (const state of states) {
    const reached = new Set<State>([state]);
    for (const from of reached) for (const next of Object.values(transitions[from])) reached.add(next);
    expect(reached, state).toContain("closed");
  }
});
