import type { Server } from "node:net";
import { performance } from "node:perf_hooks";

/** Milliseconds between two looks. */
const interval = 100;

/**
 * Measures how long what is ready waits for the event loop, while the server is open: by how much a timer is late, since a request
 * that came when it was due has waited as long. Each look counts for a third, and for twice the limit at most: it takes two stalls in
 * a row to exceed the limit, and two looks without one to end that.
 * @param limit milliseconds
 * @returns gives milliseconds
 */
export function watchEventLoop(server: Server, limit: number): () => number {
  let delay = 0;
  let before = 0;
  let timer: NodeJS.Timeout | undefined;

  function look() {
    const now = performance.now();
    const late = Math.min(Math.max(now - before - interval, 0), 2 * limit);
    delay += (late - delay) / 3;
    before = now;
  }

  function start() {
    stop();
    before = performance.now();
    timer = setInterval(look, interval).unref();
  }

  function stop() {
    clearInterval(timer);
    delay = 0;
  }

  start();
  server.on("listening", start).on("close", stop);
  return () => delay;
}
