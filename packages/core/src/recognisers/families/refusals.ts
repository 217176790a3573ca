import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { sameRule, type Family } from "../rule.js";
import { ownTexts } from "../../problem/own-texts.js";

/** Refuses a message whose signature does not match: its sender may be anybody, and asks for no credentials. */
const wrongSignature: Finding = { status: 400, detail: ownTexts["signature-not-valid"] };

/** Recognises what libraries of authorisation, and of webhooks' signatures, refuse. Their messages name subjects and secrets' forms. */
export const refusals: Family = {
  // CASL's ForbiddenError, whose class is minified.
  marks: {
    ability: (error) =>
      readText(error, "action") !== undefined && read(error, "subjectType") !== undefined ? { status: 403 } : undefined,
  },
  names: {
    ...sameRule(["StripeSignatureVerificationError", "WebhookVerificationError"], wrongSignature), // stripe; svix, standardwebhooks
    // coinbase-commerce-node. An application's own has a status.
    SignatureVerificationError: (error) => (readStatus(error, "status") === undefined ? wrongSignature : undefined),
    // @octokit/webhooks. Errors of its handlers come in one, too.
    AggregateError: (error) =>
      readText(error, "message")?.startsWith("[@octokit/webhooks] ") && read(error, "event") !== undefined
        ? webhookFinding(error)
        : undefined,
    Error: webhookFinding,
  },
  codes: { slack_bolt_receiver_authenticity_error: { status: 401 } },
};

/** Recognises messages of @octokit/webhooks, Paddle and Clerk, whose errors have nothing else. */
const webhookMessages =
  /^\[@octokit\/webhooks\] .*(?:signature|payload)|^\[Paddle\] .*webhook signature|^@clerk\/backend: .*webhook/i;

function webhookFinding(error: object): Finding | undefined {
  return webhookMessages.test(readText(error, "message") ?? "") ? wrongSignature : undefined;
}
