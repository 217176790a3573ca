// What is wrong with a conversation, if anything is.
import { assertContract, assertHead, usualCanaries } from "../assert-contract.js";
import type { Case, Heard } from "./client.js";
import { canary } from "./requests.js";
import { responsesIn } from "./responses.js";

/** @param address the upstream's, which nobody outside needs to know */
export function wrong(
  { bytes: sent, isChanged, ending: manner }: Case,
  { bytes, end }: Heard,
  address: string,
): string | undefined {
  if (end === "never") return "the connection did not end";
  const { responses, rest, isUpgraded } = responsesIn(bytes);
  const canaries = [...usualCanaries, address, ...(isChanged ? [] : [canary])];
  const mayBeHead = sent.includes("HEAD ");
  for (const { end: ending, ...answer } of responses) {
    const { status, text } = answer;
    if (status < 400 && text.includes("FSS.0")) return "an error stands in a success";
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
  // Node takes a client that closes its side for one that leaves.
  if (bytes === "" && /[^\r\n]/.test(sent) && end === "clean" && manner !== "half close") return "there is no answer";
  return undefined;
}
