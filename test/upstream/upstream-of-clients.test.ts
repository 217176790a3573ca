// upstream() of a client that throws at an error status itself: its statuses count as they do for a reply.
import { normalizeError } from "@fg-errors/core";
import { upstream, UpstreamError } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { patience } from "../patience.js";
import { answer, withUpstream, type Deed } from "../recognisers/faulty-upstream.js";
import { throwing, type Call } from "../recognisers/http-clients.js";
import { failure } from "../recognisers/outcome.js";

type Options = Parameters<typeof upstream>[1];

describe.each(Object.entries<Call>(throwing))("%s", (_name, call) => {
  const thrown = (deed: Deed, options?: Options) =>
    withUpstream(deed, (url) => failure(() => upstream(call(url, patience) as Promise<never>, options)));

  it.concurrent.each([{ relayStatuses: [404] }, { relayStatuses: new Set([404, 410]) }, { relayStatuses: true }] as const)(
    "passes on what it is to pass on: %o",
    async (options) => {
      const error = await thrown(answer(404), options);
      expect(error).toBeInstanceOf(UpstreamError);
      expect(error).toMatchObject({ upstreamStatus: 404 });
      expect(normalizeError(error)).toMatchObject({ status: 404, upstreamStatus: 404 });
    },
  );

  it.concurrent.each([{ relayStatuses: [410] }, { relayStatuses: [] }, { relayStatuses: false }])(
    "passes on nothing else, whatever fgErrors() would: %o",
    async (options) => {
      const error = await thrown(answer(404), options);
      expect(error).toMatchObject({ upstreamStatus: 404 });
      expect(normalizeError(error, { relayStatuses: [404] })).toMatchObject({ status: 502, upstreamStatus: 404 });
    },
  );

  it.concurrent("leaves the decision to fgErrors() without the option", async () => {
    const error = await thrown(answer(404));
    expect(normalizeError(error).status).toBe(502);
    expect(normalizeError(error, { relayStatuses: [404] }).status).toBe(404);
  });

  it.concurrent("folds a status that it passes on", async () => {
    expect(normalizeError(await thrown(answer(410), { relayStatuses: [410] }))).toMatchObject({
      status: 404,
      upstreamStatus: 410,
    });
  });
});

it("passes any other error on as it is", async () => {
  for (const options of [undefined, { relayStatuses: true }, { relayStatuses: [404] }] as const) {
    const error = new Error("s3cr3t");
    expect(await failure(() => upstream(Promise.reject(error), options))).toBe(error);
  }
});
