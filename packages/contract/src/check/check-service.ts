import type { Contract } from "@fg-errors/core";
import { seenFaults } from "../testing/problem-faults.js";
import type { SeenResponse } from "../testing/seen-response.js";
import { exchange, type Answer, type ExchangeOptions } from "./exchange.js";
import type { Probe, Target } from "./probe.js";

/** Describes the result of one probe. */
export interface ProbeResult {
  readonly name: string;
  readonly summary: string;
  /** Status of the answer, if there was one. */
  readonly status: number | undefined;
  readonly faults: readonly string[];
  /** Whether the service answered with a success, which this probe allows. */
  readonly skipped: boolean;
  /** Whether there was a connection. */
  readonly isConnected: boolean;
}

/** Sends probes one after another, a request each, and judges the answers by a contract. */
export async function* checkService(
  target: Target,
  probes: readonly Probe[],
  contract: Contract,
  options: ExchangeOptions,
): AsyncGenerator<ProbeResult> {
  for (const probe of probes) {
    const { name, summary } = probe;
    const answer = await exchange(target, probe.octets(target), probe.head ?? false, options);
    if ("failure" in answer)
      yield { name, summary, status: undefined, faults: [answer.failure], skipped: false, isConnected: answer.isConnected };
    else {
      const isSuccess = answer.status < 400;
      const faults = isSuccess ? successFaults(probe, answer) : failureFaults(probe, answer, contract);
      yield { name, summary, status: answer.status, faults, skipped: isSuccess && faults.length === 0, isConnected: true };
    }
  }
}

function successFaults({ mustFail }: Probe, { status }: SeenResponse): string[] {
  return mustFail ? [`status ${status} is no error, though the request cannot be served`] : [];
}

function failureFaults(
  { head, secret, requestId }: Probe,
  answer: Exclude<Answer, { failure: string }>,
  contract: Contract,
): string[] {
  const faults = [...seenFaults(answer, { head: head ?? false }, contract)];
  const { headers, text } = answer;
  if (secret !== undefined && [text, ...headers.values()].some((each) => each.includes(secret)))
    faults.push(`the answer repeats ${secret}`);
  if (requestId !== undefined && headers.get("x-request-id") !== requestId)
    faults.push("the request's own X-Request-Id is not kept");
  return faults;
}
