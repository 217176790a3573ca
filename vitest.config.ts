import { defineConfig } from "vitest/config";

const source = (name: string) => new URL(`packages/${name}/src/index.ts`, import.meta.url).pathname;

export default defineConfig({
  resolve: {
    // The tests read the sources, so that coverage speaks of them; the packed packages have a smoke test of their own.
    alias: Object.fromEntries(["core", "express", "functiongraph", "koa"].map((name) => [`@fg-errors/${name}`, source(name)])),
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    maxConcurrency: 20, // those that run side by side mostly wait for time limits
    coverage: { include: ["packages/*/src/**"], reporter: ["text-summary"] },
  },
});
