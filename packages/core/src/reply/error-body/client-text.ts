import { constants } from "node:os";
import { certainFaultInMessage } from "../../recognisers/fault-in-message.js";
import { clean } from "../../util/sanitize.js";

/**
 * Lists what shows markup: a declaration or a closing tag; an element of HTML that is no word; an attribute. "<EOF>", "List<String>" and
 * "<file>" are text, as parsers and compilers write it. No client runs anything of a text in JSON, but a page is no message.
 */
const markup: readonly RegExp[] = [
  /<(?:!doctype|!--|!\[|\?[a-z]|\/[a-z])/i,
  /<(?:html|script|iframe|img|svg|meta|style|div|span|br|hr|h[1-6]|pre|em|strong|tt|font|center|ul|ol|li|td|th|tr)(?![\w-])/i,
  /<[abipqsu]>/,
  /<[a-z][\w:-]{0,30}[\s/]{1,9}[a-z][\w:-]{0,30} ?=/i,
  /<[a-z][^<>]{0,300}\bon[a-z]{3,30} ?=/i,
];

/** Finds what else no client may read: octets that were no text, or in another charset; a stack. */
const notForClients =
  /[\0\ufffd]|\n[ \t]+at |^[ \t]{0,20}at .{0,300}:\d{1,9}:\d{1,9}\)?$|goroutine \d{1,9} \[|Traceback \(most recent/;

/** Cleans a service's message, if a client may read it: no page, and no text of the operating system. Its length is bounded. */
export function clientText(message: unknown): string | undefined {
  return clean(rawClientText(message)) || undefined;
}

/** Gives the same message as it came, to be searched for values before it is cleaned. */
export function rawClientText(message: unknown): string | undefined {
  if (
    typeof message !== "string" ||
    isMarkup(message) ||
    notForClients.test(message) ||
    namesSystemError(message) ||
    certainFaultInMessage(message)
  )
    return undefined;
  return clean(message) === "" ? undefined : message;
}

function isMarkup(message: string): boolean {
  return message.includes("<") && markup.some((sign) => sign.test(message));
}

/** Whether a message names a system error. Such a message goes on with a path or an address. */
function namesSystemError(message: string): boolean {
  return message.match(/\bE[A-Z0-9]{2,14}\b/g)?.some((code) => Object.hasOwn(constants.errno, code)) ?? false;
}
