// The order of the test files, and the slowest of them: with the long ones first, all workers end at about the same time.
import { relative } from "node:path";
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from "vitest/node";

/**
 * Files that have a process each, since they change global state, count open handles, or test what happens once per process. All others share the
 * processes of the workers, so that each worker loads the sources and the libraries once. Their tests leave the process as they found it.
 */
export const alone: readonly string[] = [
  "test/{client,examples,express,faults,fuzz,koa,packages,server,site,soak,telemetry}/**/*.test.ts",
  "test/docs/{migration,observability}-page.test.ts", // Nest's logger is global, and OpenTelemetry changes Node's modules
  "test/core/problem-options.test.ts", // each option is warned of once per process
  "test/published/testing.test.ts", // it adds a matcher to expect()
];

/** Files that take long, the longest first. The others follow in Vitest's own order, which knows nothing in a fresh clone but sizes. */
const long: readonly string[] = [
  "site/site.test.ts",
  "server/time-limits.test.ts",
  "integrations/faults-by-proxies.test.ts",
  "fuzz/fuzz.test.ts",
  "soak/soak.test.ts",
  "recognisers/vendors.test.ts",
  "integrations/faults-by-calls.test.ts",
  "integrations/faults-by-interceptor.test.ts",
  "properties/regexes.test.ts",
  "examples/catalogue-example.test.ts",
  "examples/tour-chromium.test.ts",
  "interceptor/refused-heads.test.ts",
  "faults/client-faults.test.ts",
  "functiongraph/function-relay.test.ts",
  "functiongraph/folds.test.ts",
  "properties/validation-cost.test.ts",
  "properties/random-integrations.test.ts",
  "published/openapi-tools.test.ts",
  "published/export.test.ts",
  "examples/memory.test.ts",
  "server/random-clients.test.ts",
];

/** The sequencer, which Vitest wants as a class. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const at = long.findIndex((path) => moduleId.endsWith(`/test/${path}`));
      const place = at === -1 ? long.length : at;
      return project.config.isolate ? place : place + long.length + 1; // a worker keeps its process while one after another may share it
    };
    const sorted = await super.sort(files); // oxlint-disable-line unicorn/no-array-sort -- a method of Vitest's
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

/** Prints the files that took longest, with what it took to import them. */
export const slowest: Reporter = {
  onTestRunEnd(modules) {
    if (modules.length < 20) return;
    const rows = modules
      .map((module) => ({ file: relative(process.cwd(), module.moduleId), ms: msOf(module) }))
      .toSorted((one, other) => other.ms - one.ms);
    const sum = rows.reduce((ms, row) => ms + row.ms, 0);
    const lines = rows.slice(0, 15).map(({ file, ms }) => `${seconds(ms)} ${file}`);
    console.log(["", "     Slowest files", ...lines, `${seconds(sum)} all ${rows.length} files`, ""].join("\n"));
  },
};

function msOf(module: TestModule): number {
  const { duration, collectDuration, prepareDuration, environmentSetupDuration, setupDuration } = module.diagnostic();
  return duration + collectDuration + prepareDuration + environmentSetupDuration + setupDuration;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(10);
}
