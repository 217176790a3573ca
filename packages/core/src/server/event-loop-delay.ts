import type { Server } from "node:net";

/** Sets the milliseconds between two samples. */
const sampleInterval = 100;

/**
 * Measures the delay of the event loop while the server is open, by how much a timer is late: a request that came when the timer was due
 * has waited as long. The delay is a moving average. Each sample counts for a third, and is limited to twice the limit. So two stalls in a
 * row are needed to exceed the limit, and two samples without a stall to fall below it again.
 * @param limit milliseconds
 * @returns reads the current delay, in milliseconds
 */
export function measureEventLoopDelay(server: Server, limit: number): () => number {
  let average = 0;
  let sampledAt = 0;
  let sampler: NodeJS.Timeout | undefined;

  function sample() {
    const now = performance.now();
    const late = Math.min(Math.max(now - sampledAt - sampleInterval, 0), 2 * limit);
    average += (late - average) / 3;
    sampledAt = now;
  }

  function startSampling() {
    stopSampling();
    sampledAt = performance.now();
    sampler = setInterval(sample, sampleInterval).unref();
  }

  function stopSampling() {
    clearInterval(sampler);
    average = 0;
  }

  startSampling();
  server.on("listening", startSampling).on("close", stopSampling);
  return () => average;
}
