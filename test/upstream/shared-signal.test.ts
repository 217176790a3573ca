// One signal of a client's for many calls: a handler may ask dozens of services at once, or one again and again.
import { once } from "node:events";
import { createServer, get } from "node:http";
import { clientSignal } from "@fg-errors/core/upstream";
import { expect, it } from "vitest";
import { Agent, request } from "undici";
import { Agent as Agent6, request as request6 } from "undici6";
import { withServer } from "../wire.js";

/** More than Node lets pass without a warning. */
const calls = 30;

/** Calls that undici makes itself: Node's fetch() and undici's lift the limit on a signal that they get. */
const clients = [
  { name: "undici 7", dispatcher: new Agent(), ask: request },
  { name: "undici 6", dispatcher: new Agent6(), ask: request6 },
] as const;

it.each(clients)("is no leak of listeners, $name", async ({ ask, dispatcher }) => {
  const upstream = createServer((_incoming, outgoing) => outgoing.end("whole"));
  const warned: Error[] = [];
  const warn = (warning: Error) => void warned.push(warning);
  process.on("warning", warn);
  try {
    await withServer(upstream, async (port) => {
      const answered = async (signal: AbortSignal) => {
        const { body } = await (ask as typeof request)(`http://127.0.0.1:${port}/`, { signal, dispatcher: dispatcher as Agent });
        return body.text();
      };
      const gateway = createServer(async (_incoming, response) => {
        const signal = clientSignal(response);
        response.end(JSON.stringify(await Promise.all(Array.from({ length: calls }, () => answered(signal)))));
      });
      await withServer(gateway, async (gatewayPort) => {
        const [reply] = await once(get({ host: "127.0.0.1", port: gatewayPort, agent: false }), "response");
        expect(JSON.parse(Buffer.concat(await reply.toArray()).toString())).toHaveLength(calls);
      });
    });
    await new Promise(setImmediate); // a warning comes in a tick of its own
  } finally {
    process.off("warning", warn);
    await dispatcher.close();
  }
  expect(warned).toEqual([]);
});
