import { constants } from "node:os";
import { certainFaultInMessage } from "../../recognisers/fault-in-message.js";
import { clean } from "../../util/sanitize.js";

/** Markup; what was no text, or in another charset; a stack. */
const unfit =
  /<[!/?A-Za-z]|[\0\ufffd]|\n[ \t]+at |^[ \t]{0,20}at .{0,300}:\d{1,9}:\d{1,9}\)?$|goroutine \d{1,9} \[|Traceback \(most recent/;

/** A service's message, of bounded length, where it is one that a client may read: no page, and nothing of the system's own. */
export function wordsOf(message: unknown): string | undefined {
  return clean(rawWordsOf(message)) || undefined;
}

/** The same as it came, to be searched for what may not leave with it. */
export function rawWordsOf(message: unknown): string | undefined {
  if (typeof message !== "string" || unfit.test(message) || namesSystemError(message) || certainFaultInMessage(message))
    return undefined;
  return clean(message) === "" ? undefined : message;
}

/** What such errors go on to say is a path or an address. */
function namesSystemError(message: string): boolean {
  return message.match(/\bE[A-Z0-9]{2,14}\b/g)?.some((code) => Object.hasOwn(constants.errno, code)) ?? false;
}
