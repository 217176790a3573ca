// A member that says what an error is counts wherever it is: on the error or its class, listed or not.
import { normalizeError } from "@fg-errors/core";
import { describe, expect, it } from "vitest";

const message = "No such order";

/** Says that a message is for the client, as http-errors does. */
const meant = { expose: true, status: 404 };

class Meant extends Error {
  readonly status = 404;
  get expose() {
    return true;
  }
}

class Plain extends Error {}

const cases: Readonly<Record<string, () => unknown>> = {
  "assigned to an error": () => Object.assign(new Error(message), meant),
  "defined without being listed": () =>
    Object.defineProperties(new Error(message), { expose: { value: true }, status: { value: 404 } }),
  "a getter of its class": () => new Meant(message),
  "a getter of a class that it inherits from": () => new (class extends Meant {})(message),
  "on an error whose class was seen without it": () => {
    normalizeError(new Plain("secret"));
    return Object.assign(new Plain(message), meant);
  },
  "on a prototype that is a Proxy": () => {
    const get = (target: object, name: string) => (name === "expose" ? true : Reflect.get(target, name));
    return Object.assign(Object.setPrototypeOf(new Error(message), new Proxy(Error.prototype, { get })) as Error, {
      status: 404,
    });
  },
  "on an object that is no error of this process": () => Object.setPrototypeOf({ message, ...meant }, Error.prototype),
};

describe("a member that says what an error is", () => {
  it.each(Object.entries(cases))("%s", (_name, make) => {
    expect(normalizeError(make())).toMatchObject({ status: 404, detail: message });
    expect(normalizeError(make())).toMatchObject({ status: 404, detail: message }); // from what was kept of its class
  });

  it("is not taken from another error of the same class", () => {
    normalizeError(Object.assign(new Plain(message), meant));
    expect(normalizeError(new Plain("secret"))).toMatchObject({ status: 500 });
    expect(normalizeError(new Plain("secret")).detail).not.toContain("secret");
  });
});
