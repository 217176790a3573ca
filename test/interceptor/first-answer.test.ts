// An error response that is finished, and then its handler throws: the client gets the first whole answer, and the operator hears of both.
import type { ServerResponse } from "node:http";
import type { ResponderOptions } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Writer } from "./interceptor-gateways.js";
import { overHttp2 } from "./over-http2.js";

const text = { "Content-Type": "text/plain" };

/** Finishes a 404. */
const finishers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "writeHead(), end()": (response) => response.writeHead(404, text).end("No such order"),
  "setHeader(), end()": (response) => {
    response.statusCode = 404;
    response.setHeader("Content-Type", "text/plain"); // HTTP/2's returns nothing
    response.end("No such order");
  },
  "write(), end()": (response) => (response.writeHead(404, text).write("No such "), response.end("order")),
  "end() without content": (response) => response.writeHead(404).end(),
};

/** Fails behind it. */
const failures: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "an error": () => {
    throw new Error("s3cr3t");
  },
  "an error with a status": () => {
    throw Object.assign(new Error("s3cr3t"), { status: 409, expose: true });
  },
  "a rejection": () => Promise.reject(new Error("s3cr3t")),
  "an error after a turn": async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error("s3cr3t");
  },
};

describe.each(gateways)("$name", (gateway) => {
  describe.each([{}, { hiddenFailures: true }] as ResponderOptions[])("%o", (more) => {
    describe.each(Object.entries(finishers))("%s", (_form, finish) => {
      it.each(Object.entries(failures))("%s does not replace it", async (_what, fail) => {
        const { reported, options } = recordProblems(more);
        const writer: Writer = (_request, response) => {
          finish(response);
          return fail(response);
        };
        const answer = parseAnswer(await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /"))));
        expect(assertContract(answer)).toMatchObject({ status: 404 });
        const [http2] = await overHttp2(gateway.createHttp2(writer, options), ["/"]);
        expect(assertContract(http2!)).toMatchObject({ status: 404 });
        expect(reported.map(({ status }) => status).toSorted()).toEqual(
          reported[0]!.status === 409 || reported[1]!.status === 409 ? [404, 404, 409, 409] : [404, 404, 500, 500],
        );
      });
    });

    it("nor does destroy(), with an error or without", async () => {
      for (const error of [undefined, new Error("s3cr3t")]) {
        const writer: Writer = (_request, response) => void response.writeHead(404, text).end("No such order").destroy(error);
        const { options } = recordProblems(more);
        const answer = parseAnswer(await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /"))));
        expect(assertContract(answer)).toMatchObject({ status: 404, detail: "No such order" });
      }
    });

    it("an error that is thrown before the end replaces it", async () => {
      const writer: Writer = (_request, response) => {
        response.writeHead(404, text).write("No such ");
        throw new Error("s3cr3t");
      };
      const { options } = recordProblems(more);
      const answer = parseAnswer(await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /"))));
      expect(assertContract(answer)).toMatchObject({ status: 500 });
    });
  });
});
