// Loaded into a gateway's process before the gateway (node --import): hears what it tells its operator, and answers how it is.
import { subscribe } from "node:diagnostics_channel";
import { Server } from "node:http";
import { Server as TcpServer } from "node:net";

/** Settings of the server that are another's than Node's, such as its time limits, which are a minute and more. */
const settings = JSON.parse(process.env["SERVER_SETTINGS"] ?? "{}");

Server.prototype.listen = function listen(...args) {
  return TcpServer.prototype.listen.apply(Object.assign(this, settings), args);
};

/** Request ids of what was told since they were last sent on. */
let told = [];
subscribe("fg-errors:problem", (message) => told.push(/** @type {any} */ (message).context.requestId));

/** Told of all at once: a message for each would cost more than the request. */
setInterval(tell, 50).unref();

function tell() {
  if (told.length > 0) process.send?.({ told });
  told = [];
}

process.on("message", async () => {
  tell();
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  process.send?.({ heap: process.memoryUsage().heapUsed, resources: process.getActiveResourcesInfo() });
});
process.channel?.unref();
