// Functions that fail behind a 200, and those that do not, through integrations to upstreams, on every host.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import type { Integration } from "../integrations/integration.js";
import { hosts } from "../integrations/integration-hosts.js";
import { scaled } from "../patience.js";
import { exchange, parseAnswer, request, withoutIds } from "../wire.js";
import { answering, ask, behind, canary, client, failures, received, successes, unchunked } from "./proxy-replies.js";

/** These take a reply whole before they do anything with it. */
const buffering = /^(express-http-proxy, buffering|koa-better-http-proxy)$/;

/** koa-proxies throws when the client leaves, and only fgResponses() knows that this is no failure. */
const blames = /by its events$/;

/** These answer by themselves for what breaks. */
const answersBreaks = /^(koa-|express-http-proxy|@fastify)/;

export function everyFunctionThrough(integrations: readonly Integration[]): void {
  const places = integrations.flatMap((integration, index) =>
    hosts
      .filter(({ family }, at) => integration.families.includes(family) && at % 2 === index % 2) // one version of each framework
      .map((host) => ({
        name: `${integration.name}, ${host.name}`,
        integration,
        host,
        streams: !buffering.test(integration.name),
      })),
  );

  describe.each(places)("$name", ({ integration, host, streams }) => {
    it.each(failures)("a failure by $name", async (reply) => {
      await behind(host, integration, answering(reply), async (port, reported) => {
        const { until, socket } = await client(port, request("GET /orders/17?a=s3cr3t", { Connection: "keep-alive" }));
        const bytes = await until(`"request_id"`).then(() => until("}"));
        const answer = parseAnswer(bytes);
        const { status, code } = reply;
        expect(assertContract(answer)).toMatchObject({ status, error_code: code, instance: "/orders/17" });
        expect(bytes).not.toMatch(canary);
        expect(answer.headers.getSetCookie()).toEqual(["a=1"]);
        expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
        expect(answer.headers.get("x-cff-request-id")).toBe(reply.fields!["X-Cff-Request-Id"] ?? null);
        expect(answer.headers.has("x-func-err-code")).toBe(false);
        expect(reported).toMatchObject([{ status, upstreamStatus: 200 }]);
        socket.write(request("GET /alive"));
        await until("still here"); // on the same connection
      });
    });

    it.each(successes)("a success by $name", async (reply) => {
      const asTheyAre = await behind(host, integration, answering(reply), (port) => received(port), {});
      const [success, reported] = await behind(host, integration, answering(reply), async (port, reports) => [
        await received(port),
        reports,
      ]);
      expect(success).toEqual(asTheyAre);
      expect(success.status).toBe(200);
      expect(reported).toEqual([]);
    });

    it("nothing without the option", async () => {
      for (const reply of failures)
        expect((await behind(host, integration, answering(reply), (port) => received(port), {})).status).toBe(200);
    });

    it.each([failures[0]!, failures[5]!])("a client of HTTP/1.0, and HEAD: $name", async ({ content, fields = {}, status }) => {
      await behind(host, integration, answering({ name: "", content, fields }), async (port, reported) => {
        const old = parseAnswer(await ask(port, "GET /orders HTTP/1.0\r\n\r\n", "}"));
        expect(assertContract(old)).toMatchObject({ status });
        const head = parseAnswer(await ask(port, request("HEAD /orders"), "\r\n\r\n"));
        const isSaid = "X-Func-Err-Code" in fields; // else nothing is known without content
        expect(head).toMatchObject({ status: isSaid ? status : 200, text: "" });
        expect(reported).toHaveLength(isSaid ? 2 : 1);
      });
    });

    it("a success for HTTP/1.0", async () => {
      const reply = successes.find(({ name }) => name === "content in pieces")!;
      const old = (options?: object) =>
        behind(host, integration, answering(reply), (port) => ask(port, "GET /orders HTTP/1.0\r\n\r\n", "}"), options);
      const asked = (bytes: string) => withoutIds(unchunked(bytes.slice(0, bytes.lastIndexOf("}") + 1))); // more may have come, or not yet
      expect(asked(await old())).toBe(asked(await old({})));
    });

    it.each([204, 304])("a %i, which has no content to look at", async (status) => {
      const upstream: RequestListener = (_request, response) =>
        void response.writeHead(status, { "X-Cff-Request-Id": "cff", ETag: '"1"' }).end();
      await behind(host, integration, upstream, async (port, reported) => {
        const reply = await received(port);
        expect([reply.status, reply.octets.length, reported.length]).toEqual([status, 0, 0]);
      });
    });

    it.runIf(streams).each([
      ["none of FunctionGraph's fields", { "Content-Type": "application/json" }],
      ["a function's success", { "Content-Type": "application/json", "X-Func-Err-Code": "0" }],
      ["a function's events", { "Content-Type": "text/event-stream", "X-Cff-Request-Id": "cff" }],
      ["a function's text", { "Content-Type": "text/plain", "X-Cff-Request-Id": "cff" }],
    ])("a stream is not delayed that has %s", async (_what, fields) => {
      let close = () => {};
      const closed = new Promise<void>((resolve) => (close = resolve));
      const upstream: RequestListener = (_request, response) => {
        response
          .once("close", close)
          .writeHead(200, fields as Record<string, string>)
          .write("first");
      };
      await behind(host, integration, upstream, async (port, reported) => {
        const { socket, until } = await client(port, request("GET /"));
        await until("first"); // while the upstream says nothing more
        socket.destroy();
        await closed;
        if (!blames.test(integration.name)) expect(reported.filter(({ status }) => status >= 500)).toEqual([]);
      });
    });

    it.runIf(streams)("cancels a failure's endless content", async () => {
      for (const { fields, content } of [failures[0]!, failures[4]!]) {
        let close = () => {};
        const closed = new Promise<void>((resolve) => (close = resolve));
        const upstream: RequestListener = async (_request, response) => {
          response.once("close", close).writeHead(200, fields as Record<string, string>);
          const piece = String(content[0]).padEnd(16_384);
          while (!response.destroyed) if (!response.write(piece)) await Promise.race([once(response, "drain"), closed]);
        };
        await behind(host, integration, upstream, async (port) => {
          expect(assertContract(parseAnswer(await exchange(port, request("GET /"))))).toMatchObject({ status: 502 });
          await closed;
        });
      }
    });

    it.runIf(streams)("goes on with what it has inspected until it breaks, and then cuts it", async () => {
      let breakOff = () => {};
      const upstream: RequestListener = (_request, response) => {
        response.writeHead(200, { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" });
        response.write(`{"first":"${"x".repeat(70_000)}`);
        response.write("second");
        breakOff = () => response.socket!.resetAndDestroy();
      };
      await behind(host, integration, upstream, async (port, reported) => {
        const { until, closed } = await client(port, request("GET /"));
        await until("second");
        breakOff();
        const bytes = await closed();
        expect(bytes).toContain("second");
        expect(bytes).not.toMatch(/\r\n0\r\n\r\n$|error_code/);
        expect(reported.map(({ status }) => status)).toEqual([502]);
      });
    });

    it.runIf(/proxy/.test(integration.name) && streams && !answersBreaks.test(integration.name))(
      "a failure by its head, whatever becomes of its content",
      async () => {
        const upstream: RequestListener = (_request, response) => {
          response.writeHead(200, { "X-Func-Err-Code": "4010" });
          response.write("s3cr3t", () => setTimeout(() => response.socket!.resetAndDestroy(), scaled(30)));
        };
        await behind(host, integration, upstream, async (port, reported) => {
          expect(assertContract(parseAnswer(await exchange(port, request("GET /"))))).toMatchObject({ status: 504 });
          expect(reported).toMatchObject([{ code: "4010", proxyError: undefined }]);
        });
      },
    );

    it.runIf(streams && !answersBreaks.test(integration.name))("answers for what breaks while it is inspected", async () => {
      const upstream: RequestListener = (_request, response) => {
        response.writeHead(200, { "Content-Type": "application/json", "X-Cff-Request-Id": "s3cr3t", "X-Theirs": "s3cr3t" });
        response.write('{"first":', () => setTimeout(() => response.socket!.resetAndDestroy(), scaled(30)));
      };
      await behind(host, integration, upstream, async (port, reported) => {
        const bytes = await exchange(port, request("GET /"));
        expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
        expect(bytes).not.toContain("s3cr3t");
        expect(reported).toMatchObject([{ proxyError: "http_response_incomplete" }]);
      });
    });

    it.runIf(streams)("ends the exchange with the upstream when the client leaves during the inspection", async () => {
      let [arrive, close] = [() => {}, () => {}];
      const arrived = new Promise<void>((resolve) => (arrive = resolve));
      const closed = new Promise<void>((resolve) => (close = resolve));
      const upstream: RequestListener = (_request, response) => {
        response.once("close", close).writeHead(200, { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" });
        response.write('{"first":', () => setTimeout(arrive, 30));
      };
      await behind(host, integration, upstream, async (port, reported) => {
        const { socket } = await client(port, request("GET /"));
        await arrived;
        socket.destroy();
        await closed;
        if (!blames.test(integration.name)) expect(reported.filter(({ status }) => status >= 500)).toEqual([]);
      });
    });
  });
}
