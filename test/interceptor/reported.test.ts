// What is reported of an error response that fgResponses() replaced: there may be no upstream.
import { describe, expect, it, vi } from "vitest";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import Koa from "koa";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";

const rateLimited: Writer = (_request, response) => response.writeHead(429, { "Retry-After": "7" }).end("Too many requests");
const cause = { name: "ErrorResponse", message: "An error response with status 429 was replaced" };

/** What is written on stderr meanwhile. */
async function stderrOf(act: () => Promise<unknown>): Promise<string> {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await act();
    return write.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    write.mockRestore();
  }
}

describe.each(gateways)("$name", (gateway) => {
  it("gives onError a cause that does not name an upstream", async () => {
    const { reported, options } = recordProblems();
    const bytes = await withServer(gateway.create(rateLimited, options), (port) => exchange(port, request("GET /")));
    expect(parseAnswer(bytes).status).toBe(503);
    expect(reported).toMatchObject([{ status: 503, receivedStatus: 429, cause }]);
    expect(JSON.stringify(reported)).not.toMatch(/UpstreamError|The upstream/);
  });

  it("writes a line on stderr that does not name an upstream", async () => {
    const text = await stderrOf(() =>
      withServer(gateway.create(rateLimited, {}), (port) => exchange(port, request("GET /orders"))),
    );
    expect(text).toMatch(/^fg-errors: 503 FSS\.0503 GET \/orders \(request .+, received 429\)\n/);
    expect(text).toContain(`\n${cause.name}: ${cause.message}\n`);
    expect(text).not.toMatch(/upstream/i);
  });

  it("still names the function that failed behind a success", async () => {
    const { reported, options } = recordProblems({ hiddenFailures: true });
    const head = { "Content-Type": "application/json", "X-Func-Err-Code": "4010" };
    const writer: Writer = (_request, response) => response.writeHead(200, head).end('{"errorMessage":"s3cr3t"}');
    await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    const message = "The upstream answered 200: The function did not finish in time.";
    expect(reported).toMatchObject([{ cause: { name: "UpstreamError", message } }]);
  });
});

it("Koa: an error response that was set on ctx is thrown as an Error without a stack of ours", async () => {
  const { reported, options } = recordProblems();
  const app = new Koa().use(fgErrors(options));
  const seen = vi.fn();
  app.use((_ctx, next) => next().catch((thrown: unknown) => (seen(thrown), Promise.reject(thrown))));
  app.use(fgResponses(options)).use((ctx) => {
    ctx.status = 429;
    ctx.body = "Too many requests";
  });
  await withServer(app.callback() as Listener, (port) => exchange(port, request("GET /")));
  expect(reported).toMatchObject([{ status: 503, cause }]);
  expect(seen.mock.calls[0]![0]).toBeInstanceOf(Error);
  expect((seen.mock.calls[0]![0] as Error).stack).toBe(`${cause.name}: ${cause.message}`);
});
