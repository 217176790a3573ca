import { constants } from "node:os";
import { certainFaultInMessage } from "../../recognisers/fault-in-message.js";
import { clean } from "../../util/sanitize.js";

/** Finds what no client may read: markup; octets that were no text, or in another charset; a stack. */
const notForClients =
  /<[!/?A-Za-z]|[\0\ufffd]|\n[ \t]+at |^[ \t]{0,20}at .{0,300}:\d{1,9}:\d{1,9}\)?$|goroutine \d{1,9} \[|Traceback \(most recent/;

/** Cleans a service's message, if a client may read it: no page, and no text of the operating system. Its length is bounded. */
export function clientText(message: unknown): string | undefined {
  return clean(rawClientText(message)) || undefined;
}

/** Gives the same message as it came, to be searched for values before it is cleaned. */
export function rawClientText(message: unknown): string | undefined {
  if (typeof message !== "string" || notForClients.test(message) || namesSystemError(message) || certainFaultInMessage(message))
    return undefined;
  return clean(message) === "" ? undefined : message;
}

/** Whether a message names a system error. Such a message goes on with a path or an address. */
function namesSystemError(message: string): boolean {
  return message.match(/\bE[A-Z0-9]{2,14}\b/g)?.some((code) => Object.hasOwn(constants.errno, code)) ?? false;
}
