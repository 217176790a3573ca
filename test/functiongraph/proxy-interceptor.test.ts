// Two integrations in a row in one gateway, of which only the first that gets a reply inspects it.
import type { RequestListener, ServerResponse } from "node:http";
import { fgErrors, fgResponses } from "@fg-errors/express";
import express from "express";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { recordProblems } from "../interceptor/interceptor-gateways.js";
import { libraries } from "../upstream/proxy-libraries.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { answering, canary, client, failures, successes } from "./proxy-replies.js";

const upstream: RequestListener = (request, response) => {
  if (request.url === "/slow") {
    response.writeHead(200, { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" }).write('{"first":');
    setTimeout(() => response.end('"second"}'), 1500);
  } else answering(request.url === "/bad" ? failures[6]! : successes[3]!)(request, response);
};

describe.concurrent.each(libraries)("fgResponses() twice, in front of fgProxy(), with $name", (library) => {
  async function through<R>(visit: (port: number) => Promise<R>) {
    const { reported, options } = recordProblems({ hiddenFailures: true });
    const got = await withServer(upstream, (target) => {
      const { web } = library.create(target, { options });
      const app = express().use(fgResponses(options), fgResponses(options), (incoming, outgoing) => void web(incoming, outgoing));
      return withServer(app.use(fgErrors(options)), visit);
    });
    return { got, reported };
  }

  it("waits once for what drips", async () => {
    const { got, reported } = await through(async (port) => {
      const { until } = await client(port, request("GET /slow"));
      const early = await until('"first"');
      return [early, await until('"second"}')];
    });
    expect(got[0]).not.toContain("second"); // which comes after a second and a half
    expect(reported).toEqual([]);
  });

  it("answers for a failure, and lets a success through", async () => {
    const failure = await through((port) => exchange(port, request("GET /bad")));
    expect(assertContract(parseAnswer(failure.got))).toMatchObject({ status: 504, error_code: "4010" });
    expect(failure.got).not.toMatch(canary);
    expect(failure.reported).toMatchObject([{ status: 504 }]);
    const success = await through((port) => exchange(port, request("GET /good")));
    expect([parseAnswer(success.got).status, success.reported]).toEqual([200, []]);
  });
});

it("inspects what a user's handlers write in a reply's place", async () => {
  const { reported, options } = recordProblems({ hiddenFailures: true });
  const handlers = {
    proxyRes: (reply: NodeJS.ReadableStream, _request: unknown, response: ServerResponse) => {
      response.writeHead(200, { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" });
      reply.pipe(response);
    },
  };
  const bytes = await withServer(upstream, (target) => {
    const { web } = libraries[0]!.create(target, { options, handlers, settings: { selfHandleResponse: true } });
    const app = express().use(fgResponses(options), (incoming, outgoing) => void web(incoming, outgoing));
    return withServer(app.use(fgErrors(options)), (port) => exchange(port, request("GET /bad")));
  });
  expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 504 });
  expect(reported).toHaveLength(1);
});
