// drain(): a response that was ended, but that its client was too slow to take, does not look whole when it is cut.
import { once } from "node:events";
import { connect, Socket } from "node:net";
import { drain } from "@fg-errors/core/server";
import { expect, it, vi } from "vitest";
import { readAll, withPending } from "./drained.js";

const content = "x".repeat(20_000_000); // more than the buffers of a connection take

it.each([
  ["HTTP/1.0", "1.0", {}],
  ["no chunks", "1.1", { "Transfer-Encoding": "identity" }],
])("resets it where its end would be the content's: %s", async (_what, version, fields) => {
  await withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1").on("error", () => {});
      client.write(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`);
      (await next()).writeHead(200, fields).end(content);
      await once(client, "readable"); // and reads no further
      const reset = vi.spyOn(Socket.prototype, "resetAndDestroy"); // Node 20's client takes a reset for an end once it has stopped reading
      await drain(server, { timeout: 50 });
      const bytes = await readAll(client.resume());
      expect(bytes.length).toBeLessThan(content.length);
      expect(reset).toHaveBeenCalledOnce();
      reset.mockRestore();
    },
    { onError() {} },
  );
});
