// Each command line of docs/edge.md writes a file, and the formats that no test can run are said to be untested.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fgErrors, inFolder, shopModule } from "../published/command.js";
import { commands, read } from "./markdown.js";

const page = read("docs/edge.md");

it("docs/edge.md has commands that write files", async () => {
  const seen: string[] = [];
  await inFolder({}, async (folder) => {
    for (const [name, contract, option, format, out, path] of commands(page)) {
      expect([name, contract, option, out]).toEqual(["export", "src/contract.js", "--format", "--out"]);
      const file = join(folder, path!.split("/").at(-1)!);
      expect(await fgErrors("export", shopModule, "--format", format!, "--out", file)).toEqual({
        code: 0,
        stdout: "",
        stderr: "",
      });
      expect((await readFile(file, "utf8")).slice(0, 300)).toContain("fg-errors");
      seen.push(format!);
    }
  });
  expect(seen).toEqual(expect.arrayContaining(["nginx", "apig", "apig-import", "aws", "envoy"]));
});

it("docs/edge.md says which formats were not run", () => {
  const rows = page.split("\n").filter((line) => /^\| `(?:apig|apig-import|aws|envoy)` \|/.test(line));
  expect(rows.length).toBe(4);
  for (const row of rows) expect(row).toMatch(/, not (?:the cloud|Envoy) \|$/);
});
