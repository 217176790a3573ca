import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { committed, readResults } from "../results.js";
import { drawPage } from "./draw-page.js";

const docs = new URL("../../../docs/", import.meta.url);
const images = new URL("images/", docs);
const path = new URL("performance.md", docs);

/** Writes docs/performance.md and its plots from the committed results. */
export function drawFiles() {
  const drawn = drawPage(readFileSync(path, "utf8"), readResults(committed));
  writeFileSync(path, drawn.page);
  for (const name of plotNames()) if (!drawn.images.has(name)) rmSync(new URL(name, images));
  for (const [name, svg] of drawn.images) writeFileSync(new URL(name, images), svg);
  console.log(`docs/performance.md and ${drawn.images.size} plots are drawn`);
}

/** Lists the plots that there are. */
export function plotNames() {
  return readdirSync(images).filter((name) => name.startsWith("bench-"));
}
