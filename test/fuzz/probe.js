// Loaded into a gateway's process before the gateway (node --import): hears what it tells its operator, and answers how it is.
import { ClientRequest, IncomingMessage, Server, ServerResponse } from "node:http";
import { register } from "node:module";
import { Server as TcpServer, Socket } from "node:net";
import { queryObjects } from "node:v8";
import { take } from "./heard.js";

register("./hooks.js", import.meta.url);

/** Settings of the server that are another's than Node's, such as its time limits, which are a minute and more. */
const settings = JSON.parse(process.env["SERVER_SETTINGS"] ?? "{}");

Server.prototype.listen = function listen(...args) {
  return TcpServer.prototype.listen.apply(Object.assign(this, settings), args);
};

/** Told of all at once: a message for each would cost more than the request. */
setInterval(tell, 50).unref();

function tell() {
  const told = take();
  if (told.length > 0) process.send?.({ told });
}

/** Of an exchange nothing may be left but what a connection that is still open needs. */
const exchanged = [ClientRequest, IncomingMessage, ServerResponse, Socket];

process.on("message", async () => {
  tell();
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  // Counts after a collection of its own.
  const alive = Object.fromEntries(exchanged.map((kind) => [kind.name, queryObjects(kind, { format: "count" })]));
  process.send?.({ alive, heap: process.memoryUsage().heapUsed, resources: process.getActiveResourcesInfo() });
});
process.channel?.unref();
