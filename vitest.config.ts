import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst, alone, slowest } from "./test/order.js";

const source = (path: string) => new URL(`packages/${path}.ts`, import.meta.url).pathname;

export default defineConfig({
  resolve: {
    // The tests read the sources, so that coverage speaks of them; the packed packages have a smoke test of their own.
    alias: [
      { find: /^@fg-errors\/core\/adapter\/(\w+)$/, replacement: source("core/src/adapter-$1") },
      { find: /^@fg-errors\/core\/(\w+)$/, replacement: source("core/src/$1") },
      { find: /^@fg-errors\/(express|functiongraph|koa)\/texts$/, replacement: source("$1/src/texts") },
      { find: /^@fg-errors\/contract\/testing$/, replacement: source("contract/src/testing") },
      { find: /^@fg-errors\/contract\/pages$/, replacement: source("contract/src/pages") },
      { find: /^@fg-errors\/functiongraph\/html$/, replacement: source("functiongraph/src/html") },
      { find: /^@fg-errors\/(\w+)$/, replacement: source("$1/src/index") },
    ],
  },
  test: {
    projects: [
      { extends: true, test: { name: "alone", include: [...alone] } },
      {
        extends: true,
        test: { name: "sharing", include: ["test/**/*.test.ts"], exclude: [...configDefaults.exclude, ...alone], isolate: false },
      },
    ],
    setupFiles: ["test/strict.ts"],
    testTimeout: 240_000, // above the patience of test/patience.ts, and of what takes half a minute on a machine that is five times as slow
    hookTimeout: 240_000,
    reporters: ["default", slowest],
    // undici 7.30 throws where no test can catch it if a server closes a connection whose reply nobody reads to its end (nodejs/undici issue 5360).
    onUnhandledError: ({ stack = "" }) => !/assert\(!this\.paused\)[^]*\bParser\.finish\b[^]*\bundici\b/.test(stack),
    sequence: { sequencer: LongestFirst },
    maxWorkers: 4, // most files mostly wait, so four of them share two cores well
    maxConcurrency: 20, // those that run side by side mostly wait for time limits
    coverage: { include: ["packages/*/src/**"], reporter: ["text-summary"] },
  },
});
