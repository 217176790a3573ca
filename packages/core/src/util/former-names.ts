import { isRecord } from "./safe-read.js";

/** Lists the names that options had before the first release, with their present ones. */
const renamed = [
  ["functionGraph", "hiddenFailures"],
  ["relay", "relayStatuses"],
] as const;

/**
 * Rejects options by a former name.
 * @param caller the function that was called, named in the error
 * @throws TypeError which names the present one
 */
export function rejectFormerNames(options: unknown, caller: string): void {
  if (!isRecord(options)) return;
  for (const [former, present] of renamed)
    if (Object.hasOwn(options, former)) throw new TypeError(`${caller}: option "${former}" is now "${present}"`);
}
