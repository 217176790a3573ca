// Marks dist/cjs as CommonJS: the packages themselves are "type": "module", and tsc does not write this file.
import { writeFileSync } from "node:fs";

for (const name of ["client", "contract", "core", "express", "functiongraph", "koa", "telemetry"])
  writeFileSync(new URL(`../packages/${name}/dist/cjs/package.json`, import.meta.url), '{ "type": "commonjs" }\n');
