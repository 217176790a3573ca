// What is wrong with a conversation, if anything is.
import { assertContract, assertHead, usualCanaries } from "../assert-contract.js";
import type { Answer } from "../wire.js";
import type { Case, Exchange } from "./client.js";
import { canary } from "./requests.js";
import { responsesIn, type Received } from "./responses.js";
import { unfinished } from "./upstream.js";

export type Count = Record<"whole" | "cut" | "errors", number>;

/** What a client has had that stayed until the end. */
export function countIn({ bytes, end }: Exchange, count: Count): void {
  if (end === "left") return;
  for (const { status, text, end: ending } of responsesIn(bytes).responses) {
    if (status >= 400) count.errors++;
    else if (ending === "whole") count.whole++;
    else if (text.includes(unfinished)) count.cut++;
  }
}

/** @param address the upstream's, which nobody outside needs to know */
export function wrong(
  { bytes: sent, isChanged, ending: manner, pace, isDeaf }: Case,
  { bytes, end }: Exchange,
  address: string,
): string | undefined {
  if (end === "never") return "the connection did not end";
  const { responses, rest, isUpgraded } = responsesIn(bytes);
  const canaries = [...usualCanaries, address, ...(isChanged ? [] : [canary])];
  const mayBeHead = sent.includes("HEAD ");
  for (const { end: ending, ...answer } of responses) {
    const { status, text } = answer;
    if (status < 400 && text.includes("FSS.0")) return "an error stands in a success";
    if (seemsWhole(answer, ending) && text.includes(unfinished)) return "a success seems whole that broke off";
    if (status >= 400 && ending === "cut" && end === "clean") return "an error is not whole";
    if (status >= 400 && ending === "no content" && end === "clean" && !mayBeHead) return "an error has no content";
    try {
      if (status >= 400 && ending === "whole") assertContract(answer, undefined, canaries);
      else if (status >= 400) assertHead(answer, undefined, canaries);
    } catch (failure) {
      return `a ${status} breaks the contract: ${(failure as Error).message}`;
    }
  }
  if (isUpgraded || end === "left") return undefined;
  if (rest !== "" && end === "clean") return `behind the responses stands ${JSON.stringify(rest.slice(0, 200))}`;
  if (bytes === "" && end === "ECONNRESET" && manner === "wait" && pace === "at once" && !isDeaf) return "there is only a reset";
  // Node takes a client that closes its side for one that leaves.
  if (bytes === "" && /[^\r\n]/.test(sent) && end === "clean" && manner !== "half close") return "there is no answer";
  return undefined;
}

/** With HTTP/1.0 only a reset shows it, which libuv reports as a clean end when it comes along with content. */
function seemsWhole({ headers }: Answer, ending: Received["end"]): boolean {
  return ending === "whole" && (headers.has("content-length") || headers.has("transfer-encoding"));
}
