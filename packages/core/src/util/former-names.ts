import { isRecord } from "./safe-read.js";

/** Maps the names that options had before the first release to their present ones. */
const presentNames: Readonly<Record<string, string>> = { functionGraph: "hiddenFailures", relay: "relayStatuses" };

/**
 * Rejects options by a former name.
 * @param caller the function that was called, named in the error
 * @throws TypeError which names the present one
 */
export function rejectFormerNames(options: unknown, caller: string): void {
  if (!isRecord(options)) return;
  for (const former in presentNames)
    if (Object.hasOwn(options, former)) throw new TypeError(`${caller}: option "${former}" is now "${presentNames[former]}"`);
}
