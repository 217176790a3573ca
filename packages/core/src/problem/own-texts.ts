import { parseMessage } from "./message-format.js";

/**
 * Lists every sentence of this library that a client may see besides those of the contract's statuses, by its reason: a key that stays the
 * same when the sentence is rephrased, under which the option `texts` translates it. The first ones describe one field.
 */
export const ownTexts = {
  "not-valid": "Not valid.",
  required: "Required.",
  empty: "Must not be empty.",
  "unknown-member": "Not a known member.",
  "not-a-boolean": "Must be a boolean.",
  "not-a-number": "Must be a number.",
  "not-an-integer": "Must be an integer.",
  "not-a-string": "Must be a string.",
  "not-a-date": "Must be a date.",
  "not-an-email-address": "Must be an email address.",
  "not-a-url": "Must be a URL.",
  "not-a-uuid": "Must be a UUID.",
  "other-type": "Must be of type {kind}.",
  "other-value": "Not one of the allowed values.",
  "other-length": "Not of an allowed length.",
  "other-format": "Not in the expected format.",
  "too-small": "Must be at least {limit, number}.",
  "too-large": "Must be at most {limit, number}.",
  "too-short": "Length must be at least {limit, number}.",
  "too-long": "Length must be at most {limit, number}.",

  "form-malformed": "The request's form is malformed.",
  "form-too-large": "The request's form is too large.",
  "form-index-too-large": "The field's array index is too large.",
  "form-name-too-long": "A field's name is too long.",
  "form-name-too-deep": "The field's name is nested too deeply.",
  "form-name-not-valid": "The field's name is not valid.",
  "form-name-missing": "A field has no name.",
  "form-value-too-long": "The field's value is too long.",
  "too-many-fields": "There are too many fields.",
  "too-many-files": "There are too many files.",
  "too-many-parts": "There are too many parts.",
  "file-too-large": "The file is too large.",
  "file-unexpected": "No file is expected in this field.",

  "content-charset": "The charset of the request's content is not supported.",
  "content-coding": "The coding of the request's content is not supported.",
  "content-not-parsed": "The request's content could not be parsed.",
  "content-not-json": "The request's content is not valid JSON.",
  "content-too-large": "The request's content is too large.",
  "content-above-limit": "The request's content is larger than this server takes.",
  "content-refused": "The request's content was refused.",
  "content-too-many-parameters": "The request's content has too many parameters.",
  "content-too-deep": "The request's content is nested too deeply.",
  "content-length-differs": "The request's content is not as long as its Content-Length says.",
  "address-not-encoded": "The request's address is not validly percent-encoded.",
  "graphql-not-valid": "The GraphQL request is not valid.",
  "signature-not-valid": "The message's signature is not valid.",

  "header-section-too-large": "The request's header section is larger than this server takes.",
  "target-not-valid": "The request's target is no path, and no URL with a host.",
  "host-not-valid": "A request needs a Host field, and only one.",
  "framing-not-valid": "The server accepts HTTP/1.1, and HTTP/1.0 without Transfer-Encoding.",
  "chunked-not-last": "The last transfer coding, and no other, must be chunked.",
  "transfer-coding-unknown": "The only transfer coding that the server understands is chunked.",
  "expectation-unknown": "The only expectation that can be met is 100-continue.",
  "connection-spent": "This connection accepts no more requests. Use a new one.",
  "http2-only": "The server accepts HTTP/2 only.",
  "upgrade-too-early": "Too much was sent before the upgrade was answered.",

  "function-failed": "The function failed.",
  "function-not-loaded": "The function could not be loaded.",
  "function-not-started": "The function could not be started.",
  "function-not-found": "There is no such function.",
  "function-busy": "The function cannot be run just now; try again later.",
  "function-throttled": "The function is asked too often; try again later.",
  "function-timed-out": "The function did not finish in time.",
  "function-start-timed-out": "The function did not start in time.",
  "function-out-of-resources": "The function ran out of memory or disk space.",
  "function-state": "The function's state cannot be used.",
  "function-response-not-valid": "The function gave no valid response.",
  "function-result-unusable": "The function's result cannot be passed on.",
  "function-request-too-large": "The request is larger than the function takes.",
  "function-request-not-understood": "The function's service cannot make sense of the request.",
  "function-platform": "The service that runs the function failed.",
} as const satisfies Readonly<Record<string, string>>;

/** Names one of those sentences. */
export type Reason = keyof typeof ownTexts;

/** Fills in the placeholders of a sentence. */
export function fillOwnText(reason: Reason, values: Readonly<Record<string, string | number>>): string {
  return parseMessage(ownTexts[reason]).format(values);
}

/** Names the sentence that a text is, and what its placeholder was filled with. */
interface FoundReason {
  readonly reason: Reason;
  readonly values: Readonly<Record<string, string | number>>;
}

/**
 * Makes the function that finds the reason of a text. A text is known by its words: a service of this contract sends the same sentences, and
 * the list of invalid fields has no member for a reason.
 * @example createReasonLookup()("Must be at least 18.") // { reason: "too-small", values: { limit: 18 } }
 */
export function createReasonLookup(): (text: string) => FoundReason | undefined {
  const reasons = new Map<string, Reason>();
  const patterns: ((text: string) => FoundReason | undefined)[] = [];
  for (const [reason, text] of Object.entries(ownTexts) as readonly [Reason, string][]) {
    const [, before = "", name = "", kind, after = ""] = /^([^{]*)\{(\w+)(, number)?\}(.*)$/.exec(text) ?? [];
    if (name === "") reasons.set(text, reason);
    else patterns.push((sent) => filledReason(sent, reason, [before, after], name, kind !== undefined));
  }
  return (text) => {
    const reason = reasons.get(text);
    if (reason !== undefined) return { reason, values: {} };
    for (const pattern of patterns) {
      const found = pattern(text);
      if (found) return found;
    }
    return undefined;
  };
}

const numberForm = /^-?\d{1,21}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/;

function filledReason(
  text: string,
  reason: Reason,
  [before, after]: readonly [string, string],
  name: string,
  isNumber: boolean,
): FoundReason | undefined {
  if (!text.startsWith(before) || !text.endsWith(after)) return undefined;
  const value = text.slice(before.length, text.length - after.length);
  if (!(isNumber ? numberForm : /^\S+$/).test(value)) return undefined;
  return { reason, values: { [name]: isNumber ? Number(value) : value } };
}
