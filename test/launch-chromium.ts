// Chromium, for the tests that need a browser.
import { chromium, type Browser } from "playwright-core";
import { requireProgram } from "./edges/programs.js";

const { path: executablePath, isSkipped } = requireProgram("chromium", "chromium");

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium with a new profile. */
export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath, args });

export { isSkipped as isChromiumSkipped };
