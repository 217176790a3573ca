// The client as an application ships it: one minified module.
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";

const entry = fileURLToPath(new URL("../../packages/client/src/index.ts", import.meta.url));

/** Bundles the client, or what `options` name instead of it. */
export async function bundleClient(options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    ...(options.stdin ? {} : { entryPoints: [entry] }),
    alias: { "@fg-errors/client": entry },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    write: false,
    ...options,
  });
  return outputFiles![0]!.text;
}
