// The client in a browser: what CORS hides from it, and what it reads all the same.
import { EventEmitter, once } from "node:events";
import type { RequestListener } from "node:http";
import type * as client from "@fg-errors/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isChromiumSkipped, launchChromium } from "../launch-chromium.js";
import { patience, scaled } from "../patience.js";
import { withServer } from "../wire.js";
import { bundleClient } from "./bundle-client.js";
import { bare, createProblemGateway, stockProblem, table } from "./problem-gateway.js";

/** What the page has: the client, and the HTTP clients that it is tried with. */
type Scope = typeof client & {
  readonly axios: typeof import("axios").default;
  readonly ky: typeof import("ky").default;
  readonly ky2: typeof import("ky2").default;
  readonly ofetch: typeof import("ofetch").ofetch;
  readonly superagent: typeof import("superagent");
};

declare const scope: Scope;

/** Answers other origins; a browser hides X-Request-Id and Retry-After from them, unless they are exposed. */
const gateway = (exposed: boolean) =>
  createProblemGateway((_request, response, next) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "*");
    if (exposed) response.setHeader("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
    next();
  });

describe.skipIf(isChromiumSkipped)("Chromium", { timeout: 4 * patience }, () => {
  let browser: Browser;
  let bundle: string;

  beforeAll(async () => {
    const contents = `
        import axios from "axios"; import ky from "ky"; import ky2 from "ky2"; import { ofetch } from "ofetch"; import superagent from "superagent";
        export * from "@fg-errors/client"; export { axios, ky, ky2, ofetch, superagent };`;
    const resolveDir = new URL(".", import.meta.url).pathname;
    bundle = await bundleClient({ stdin: { contents, resolveDir }, format: "iife", globalName: "scope", platform: "browser" });
    browser = await launchChromium();
  }, 4 * patience);

  afterAll(() => browser?.close());

  const pageListener: RequestListener = ({ url }, response) => {
    if (url === "/bundle.js") response.setHeader("Content-Type", "text/javascript").end(bundle);
    else response.setHeader("Content-Type", "text/html").end('<!doctype html><script src="/bundle.js"></script>');
  };

  /** Opens a page of another origin than the listener's, with the client in it. */
  const visit = <R>(listener: RequestListener, act: (page: Page, origin: string) => Promise<R>) =>
    withServer(listener, (port) =>
      withServer(pageListener, async (own) => {
        const page = await browser.newPage();
        try {
          await page.goto(`http://127.0.0.1:${own}/`);
          return await act(page, `http://127.0.0.1:${port}`);
        } finally {
          await page.close();
        }
      }),
    );

  it.each([false, true])("reads a problem of another origin, whose fields are exposed: %s", async (exposed) => {
    await visit(gateway(exposed), async (page, origin) => {
      const result = await page.evaluate(
        async ([url, problems]) => {
          const response = await fetch(url);
          const fields = ["x-request-id", "retry-after"].map((name) => response.headers.has(name));
          const problem = (await scope.readProblem(response))!;
          const is = scope.createGuards(problems);
          const delay = scope.retryDelay(problem, { method: "POST", problems });
          return { fields, problem, isClosed: is.checkoutClosed(problem), delay };
        },
        [`${origin}/checkout`, table] as const,
      );
      expect(result).toMatchObject({
        fields: [exposed, exposed],
        problem: {
          status: 503,
          code: "SHOP.CHECKOUT_CLOSED",
          requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
          retryAfter: exposed ? 60_000 : undefined,
          extensions: { until: "2026-12-01T08:00:00.000Z" },
        },
        isClosed: true,
      });
      if (exposed) expect(result.delay).toBe(60_000);
      else expect(result.delay).toBeLessThan(500);
    });
  });

  it("reads what HTTP clients throw", async () => {
    await visit(gateway(false), async (page, origin) => {
      const problems = await page.evaluate(async (url) => {
        const { axios, ky, ky2, ofetch, superagent } = scope;
        const calls: Promise<unknown>[] = [
          axios.get(url),
          axios.get(url, { responseType: "blob" }),
          axios.get(url, { responseType: "arraybuffer" }),
          axios.get(url, { adapter: "fetch" }),
          ky.get(url, { retry: 0 }),
          ky2.get(url, { retry: 0 }),
          ofetch(url, { retry: 0 }),
          ofetch(url, { retry: 0, responseType: "blob" }),
          ofetch(url, { retry: 0, responseType: "stream" }),
          Promise.resolve(superagent.get(url)),
          Promise.resolve(superagent.get(url).responseType("blob")),
          Promise.reject(await fetch(url)),
        ];
        return Promise.all(
          calls.map((call) =>
            call.then(
              () => "a success",
              (error: unknown) => scope.problemFrom(error),
            ),
          ),
        );
      }, `${origin}/stock`);
      expect(problems).toHaveLength(12);
      for (const problem of problems)
        expect(problem).toEqual({ ...stockProblem, requestId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    });
  });

  it("gives nothing where a browser hides the response, or there is none", async () => {
    await visit(createProblemGateway(), async (page, origin) => {
      const results = await page.evaluate(async (url) => {
        const opaque = await scope.readProblem(await fetch(url, { mode: "no-cors" }));
        const calls = [fetch(url), scope.axios.get(url), scope.ky.get(url, { retry: 0 }), scope.ofetch(url, { retry: 0 })];
        const problems = calls.map((call) =>
          call.then(
            () => "a success",
            (error: unknown) => scope.problemFrom(error),
          ),
        );
        return [opaque, ...(await Promise.all(problems))].map((result) => result ?? null);
      }, `${origin}/stock`);
      expect(results).toEqual([null, null, null, null, null]);
    });
  });

  it("cancels a body that stalls", async () => {
    const closed = new EventEmitter();
    const stalled: RequestListener = ({ socket }, response) => {
      socket.once("close", () => closed.emit("close"));
      response.setHeader("Access-Control-Allow-Origin", "*").writeHead(502).write('{"error_code":"SHOP.1001"}');
    };
    await visit(stalled, async (page, origin) => {
      const closing = once(closed, "close");
      const problem = await page.evaluate(async ([url, timeout]) => scope.readProblem(await fetch(url), { timeout }), [
        origin,
        scaled(200),
      ] as const);
      expect(problem).toEqual(bare(502));
      await closing;
    });
  });
});
