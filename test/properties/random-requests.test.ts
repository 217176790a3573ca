// Whatever octets a client puts into a request, an error that answers it keeps the contract.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { fieldValue } from "./replies.js";
import { settings } from "./settings.js";

const id = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/),
  fc.stringMatching(/^[A-Za-z0-9._-]{129,140}$/),
  fieldValue.filter((value) => value.trim() !== ""),
);

const trace = fc.stringMatching(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.)?$/);

const media = fc.constantFrom("application/json", "application/problem+json", "application/*", "*/*", "text/html", "a/b;c=d");
const quality = fc.constantFrom("", ";q=0", ";q=1", ";q=0.5", ";q=x", ";q=", ";Q=0.000", ';v="a,b";q=0.1');
const accept = fc.oneof(
  fc.array(fc.tuple(media, quality), { maxLength: 4 }).map((ranges) => ranges.map((range) => range.join("")).join(", ")),
  fieldValue,
);

const other = fc.constantFrom(
  ..."Cookie Range If-None-Match If-Modified-Since Accept-Encoding Accept-Language X-Forwarded-For Authorization TE Via X-A".split(
    " ",
  ),
);

/** A path of any octets that a request line can have. */
const path = fc.string({
  unit: fc.oneof(fc.constantFrom(..."/%.aZ~&=;@"), fc.integer({ min: 0x21, max: 0xff }).map((octet) => String.fromCharCode(octet))),
  maxLength: 20,
}).filter((text) => !/[?#\x7f]/.test(text)); // prettier-ignore

describe.each(hosts)("$name", ({ create }) => {
  const gone = () => {
    throw problem(404, "No such order");
  };
  const options = { onError() {} };
  const server = guardServer(createServer(create(gone, options)), options);
  beforeAll(() => once(server.listen(0, "127.0.0.1"), "listening"));
  afterAll(() => void server.close());

  const ask = async (target: string, fields: readonly (readonly [string, string])[]) => {
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const bytes = await exchange(
      (server.address() as AddressInfo).port,
      request(`GET ${target}`).replace(/\r\n$/, `${lines}\r\n`),
    );
    return parseAnswer(bytes);
  };

  it("takes any Accept, and any fields beside it", async () => {
    const fields = fc.tuple(accept, fc.array(fc.tuple(other, fieldValue), { maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(fields, async ([accept, others]) => {
        expect(assertContract(await ask("/act?s3cr3t", [["Accept", accept], ...others]))).toMatchObject({
          status: 404,
          detail: "No such order",
          instance: "/act",
        });
      }),
      settings(200),
    );
  });

  it("takes any request id that is one, and makes one where it is not", async () => {
    const name = fc.constantFrom("X-Request-Id", "X-Cff-Request-Id", "x-request-ID");
    await fc.assert(
      fc.asyncProperty(name, id, fc.option(trace), async (name, id, trace) => {
        const body = assertContract(
          await ask("/act", [[name, id], ...(trace === null ? [] : [["traceparent", trace] as const])]),
        );
        if (/^[A-Za-z0-9._-]{1,128}$/.test(id.trim())) expect(body["request_id"]).toBe(id.trim());
        else expect(body["request_id"]).toMatch(/^[0-9a-f]{32}$/);
      }),
      settings(200),
    );
  });

  it("accepts any path, and reports it as a URI reference without its query", async () => {
    await fc.assert(
      fc.asyncProperty(path, async (path) => {
        const body = assertContract(await ask(`/${path}?token=s3cr3t`, []));
        expect([400, 404]).toContain(body["status"]);
        expect(body["instance"]).toMatch(/^\/(?!\/)[\w\-.~!$&'()*+,;=:@/%]*$/);
      }),
      settings(200),
    );
  });
});
