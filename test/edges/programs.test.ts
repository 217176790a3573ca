// Programs that npm cannot install: found, missing, ending too early.
import { afterEach, expect, it, vi } from "vitest";
import { closedPort } from "../wire.js";
import { requireProgram, startProgram } from "./programs.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("finds a program of PATH", () => {
  expect(requireProgram("sh", "dash")).toEqual({ path: expect.stringMatching(/\/sh$/) as string, isSkipped: false });
});

it("skips what needs a missing one, and says how to install it", () => {
  vi.stubEnv("CI", "");
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  expect(requireProgram("no-such-server", "no-such-package").isSkipped).toBe(true);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("no-such-server is missing: apt-get install no-such-package"));
});

it("fails where CI=true", () => {
  vi.stubEnv("CI", "true");
  expect(() => requireProgram("no-such-server", "no-such-package")).toThrow("apt-get install no-such-package");
});

it("says what a program has printed that ends before it listens", async () => {
  const starting = startProgram("/bin/sh", ["-c", "echo no such directive; exit 3"], [await closedPort()]);
  await expect(starting).rejects.toThrow("/bin/sh ended with 3: no such directive");
});
