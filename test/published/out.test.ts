// fg-errors export --out: the file is whole or not there, and what is at the path stays what it is.
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contractDocument } from "@fg-errors/contract";
import { describe, expect, it } from "vitest";
import { cli, fgErrors, inFolder, run, shopModule, spawnFgErrors } from "./command.js";
import { shop } from "./shop.js";

const args = (out: string) => ["export", shopModule, "--format", "json", "--out", out];
const exported = (out: string) => fgErrors(...args(out));
const spawnExport = (out: string) => spawnFgErrors(...args(out));
const done = { code: 0, stdout: "", stderr: "" };

describe("fg-errors export --out", () => {
  it("is stdout where it is -", async () => {
    const { code, stdout } = await spawnExport("-");
    expect([code, JSON.parse(stdout)]).toEqual([0, contractDocument(shop)]);
  });

  it("replaces a file as a whole, and leaves nothing else", async () => {
    await inFolder({ "errors.json": "old" }, async (folder) => {
      expect(await exported(join(folder, "errors.json"))).toEqual(done);
      expect(JSON.parse(await readFile(join(folder, "errors.json"), "utf8"))).toEqual(contractDocument(shop));
      expect(await readdir(folder)).toEqual(["errors.json"]);
    });
  });

  it("follows a symbolic link to a file, and to one that is not there yet", async () => {
    await inFolder({ old: "old" }, async (folder) => {
      for (const target of ["old", "new"]) {
        const link = join(folder, `link-${target}`);
        await symlink(target, link);
        expect(await exported(link)).toEqual(done);
        expect(await readlink(link)).toBe(target);
        expect(JSON.parse(await readFile(join(folder, target), "utf8"))).toEqual(contractDocument(shop));
      }
    });
  });

  it("writes into a pipe, which stays one", async () => {
    await inFolder({}, async (folder) => {
      const pipe = join(folder, "pipe");
      expect((await run("mkfifo", [pipe])).code).toBe(0);
      const [reader, writer] = await Promise.all([run("cat", [pipe]), spawnExport(pipe)]);
      expect(writer).toEqual(done);
      expect(JSON.parse(reader.stdout)).toEqual(contractDocument(shop));
      expect((await lstat(pipe)).isFIFO()).toBe(true);
    });
  });

  it("takes a folder whose own folder nobody may write in, for pages", async () => {
    await inFolder({}, async (folder) => {
      await mkdir(join(folder, "site"));
      await writeFile(join(folder, "site/CNAME"), "errors.example.com");
      // Node's permission model forbids it, also where the tests are run by root.
      const allowed = [`--allow-fs-read=*`, `--allow-fs-write=${join(folder, "site")}/*`];
      const flag = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
      const args = [flag, "--no-warnings", ...allowed, cli, "export", shopModule, "--format", "pages"];
      expect(await run(process.execPath, [...args, "--out", join(folder, "site")])).toEqual(done);
      expect((await readdir(join(folder, "site"))).toSorted()).toEqual(
        ["CNAME", "checkout-closed", "index.html", "index.json", "limited", "old-thing", "out-of-stock", "status"].toSorted(),
      );
    });
  });
});
