// Loaded into a gateway's process before the gateway (node --import): records what it reports, and answers with its state.
import { ClientRequest, IncomingMessage, Server, ServerResponse } from "node:http";
import { register } from "node:module";
import { Server as TcpServer, Socket } from "node:net";
import { queryObjects } from "node:v8";
import { take } from "./reported-ids.js";

register("./hooks.js", import.meta.url);

/** Settings of the server that are another's than Node's, such as its time limits, which are a minute and more. */
const settings = JSON.parse(process.env["SERVER_SETTINGS"] ?? "{}");

Server.prototype.listen = function listen(...args) {
  return TcpServer.prototype.listen.apply(Object.assign(this, settings), args);
};

/** Reports all at once: a message for each would cost more than the request. */
setInterval(report, 50).unref();

function report() {
  const reported = take();
  if (reported.length > 0) process.send?.({ reported });
}

/** Of an exchange nothing may be left but what a connection that is still open needs. */
const exchanged = [ClientRequest, IncomingMessage, ServerResponse, Socket];

process.on("message", async () => {
  report();
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  // Counts after a collection of its own.
  const alive = Object.fromEntries(exchanged.map((kind) => [kind.name, queryObjects(kind, { format: "count" })]));
  process.send?.({ alive, heap: process.memoryUsage().heapUsed, resources: process.getActiveResourcesInfo() });
});
process.channel?.unref();
