// Builds the site: first the pages that are made of the code, then all of them. The modules are TypeScript, which Vite runs.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { build } from "vitepress";

const here = fileURLToPath(new URL(".", import.meta.url));
const { module } = await runnerImport(`${here}generate-pages.ts`);
await module.generatePages();
const [outDir = `${here}dist`] = process.argv.slice(2);
await build(fileURLToPath(new URL("../", import.meta.url)), { outDir });
