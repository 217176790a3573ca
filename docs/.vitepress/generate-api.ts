import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Packages, core first: what several export is described where it comes first, and the others link there. */
const packages = ["core", "express", "koa", "functiongraph", "contract", "client", "telemetry"];

/** Writes the pages of docs/reference/api by TypeDoc: one per entry point of each package, from the docstrings. */
export async function generateApi(): Promise<void> {
  const modules = new Map(packages.flatMap(entryPointsOf));
  const pages = { entryFileName: "index.md", outputFileStrategy: "modules", hideBreadcrumbs: true, hidePageHeader: true }; // the plug-in's
  const app = await Application.bootstrapWithPlugins({
    ...pages,
    plugin: ["typedoc-plugin-markdown"],
    tsconfig: `${root}docs/.vitepress/tsconfig.api.json`,
    entryPoints: [...modules.keys()],
    out: `${root}docs/reference/api`,
    name: "API",
    readme: "none",
    disableGit: true,
    gitRevision: "main",
    basePath: root,
    sourceLinkTemplate: "https://github.com/fg-errors/fg-errors/blob/main/{path}#L{line}",
    skipErrorChecking: true, // tsc has checked
    sort: ["source-order"],
    logLevel: "Warn",
    treatWarningsAsErrors: true,
  });
  const project = await app.convert();
  if (!project) throw new Error("TypeDoc could not read the packages");
  for (const module of project.children ?? []) {
    const file = module.sources![0]!.fullFileName;
    module.name = modules.get(file)!;
  }
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("TypeDoc warns of the docstrings");
}

/** Maps the sources of a package's entry points to the names by which they are imported. */
function entryPointsOf(name: string): [file: string, module: string][] {
  const { exports } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, "utf8")) as { exports: object };
  return Object.entries(exports)
    .filter(([, target]) => typeof target !== "string")
    .map(([path, target]) => {
      const { default: built } = (target as { import: { default: string } }).import;
      const source = built.replace("./dist/esm/", `${root}packages/${name}/src/`).replace(/\.js$/, ".ts");
      return [source, `@fg-errors/${name}${path.slice(1)}`];
    });
}
