// A value whose prototype cannot be asked costs its own meaning nothing, nor that of the error that carries it.
import { normalizeError } from "@fg-errors/core";
import { expect, it } from "vitest";

function revoked<T extends object>(value: T): T {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return Object.setPrototypeOf(value, proxy) as T;
}

it.each([
  { name: "thrown", thrown: revoked({ status: 404 }), status: 404 },
  {
    name: "an original error",
    thrown: Object.assign(new Error("s3cr3t"), { status: 404, originalError: revoked({}) }),
    status: 404,
  },
  { name: "with a reply's members", thrown: Object.assign(new Error("s3cr3t"), { status: 404, originalError: revoked({ status: 500, headers: {} }) }), status: 502 }, // prettier-ignore
])("$name", ({ thrown, status }) => {
  expect(normalizeError(thrown)).toMatchObject({ status });
});
