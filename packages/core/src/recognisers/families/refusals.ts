import type { Finding } from "../../problem/finding.js";
import { read, readText } from "../../util/safe-read.js";
import { sameRule, type Family } from "../rule.js";

/** Refuses a message whose signature does not match: its sender may be anybody, and asks for no credentials. */
const wrongSignature: Finding = { status: 400, detail: "The message's signature is not valid." };

/** Recognises what libraries of authorisation, and of webhooks' signatures, refuse. Their messages name subjects and secrets' forms. */
export const refusals: Family = {
  // CASL's ForbiddenError, whose class is minified.
  marks: {
    ability: (error) =>
      readText(error, "action") !== undefined && read(error, "subjectType") !== undefined ? { status: 403 } : undefined,
  },
  names: {
    ...sameRule(["StripeSignatureVerificationError", "WebhookVerificationError"], wrongSignature), // stripe; svix, standardwebhooks
    // @octokit/webhooks. Errors of its handlers come in one, too.
    AggregateError: (error) =>
      readText(error, "message")?.startsWith("[@octokit/webhooks] ") && read(error, "event") !== undefined
        ? octokitFinding(error)
        : undefined,
    Error: octokitFinding,
  },
  codes: { slack_bolt_receiver_authenticity_error: { status: 401 } },
};

function octokitFinding(error: object): Finding | undefined {
  return /^\[@octokit\/webhooks\] .*(?:signature|payload)/.test(readText(error, "message") ?? "") ? wrongSignature : undefined;
}
