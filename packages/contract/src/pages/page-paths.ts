import type { ContractDocument } from "../document.js";

/** Gives the path of a status's page. */
export const statusPath = (status: number | string) => `status/${status}`;

/**
 * Gives each problem the path of its page: what follows the contract's `types` in its URI, so that the URI leads to the page where the pages
 * are hosted there. A URI elsewhere, or one that makes no path of files, gives its key in kebab case instead; two problems never share a path, in any
 * case of letters.
 */
export function pagePaths({ types, problems, statuses }: ContractDocument): ReadonlyMap<string, string> {
  const used = new Set(Object.keys(statuses).map(statusPath));
  const paths = new Map<string, string>();
  const give = (key: string, path: string) => {
    if (used.has(path.toLowerCase())) return false;
    used.add(path.toLowerCase());
    paths.set(key, path);
    return true;
  };
  const others = Object.entries(problems).filter(([key, { type }]) => {
    const rest = types !== undefined && type.startsWith(types) ? type.slice(types.length) : "";
    return !isPath(rest) || !give(key, rest);
  });
  for (const [key] of others) {
    const byKey = key
      .replace(/([a-z\d])(?=[A-Z])/g, "$1-")
      .replaceAll("_", "-")
      .toLowerCase();
    for (let path = byKey, count = 2; !give(key, path); count++) path = `${byKey}-${count}`;
  }
  return paths;
}

/** Whether a text is a path of folders on any system. */
function isPath(text: string): boolean {
  return (
    text.length <= 200 &&
    text.split("/").every((step) => /^[\w~-][\w.~-]*$/.test(step) && !/^index\.(?:html|json)$/i.test(step) && !step.endsWith("."))
  );
}
