import type { IncomingMessage } from "node:http";
import type { ReplyHead } from "../http/reply-head.js";
import { prepareLeftReply } from "../node/left-reply.js";
import { originalUrl } from "../node/original-url.js";
import { keepSurvivingFields } from "../node/response-fields.js";
import { plannedHead, setFields, type Head } from "../node/response-head.js";
import { Inspection } from "../reply/inspect-reply.js";
import type { ReplyOptions } from "../reply/reply-finding.js";
import type { Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import type { Interception } from "./interception.js";

/** Finds the error replies whose body is left alone, and sets their head. */
interface LeftReplies<Subject> {
  /** Changes a head that was written to that of the contract; undefined if the reply is to be captured. */
  readonly leaveWritten: (interception: Interception<Subject>, head: Head) => Head | undefined;
  /** Sets the head of a reply that was set, but not written. */
  readonly leaveSet: (interception: Interception<Subject>, head: ReplyHead) => void;
}

/**
 * Creates what leaves the bodies of error replies alone.
 * @param facts what is known of a request besides Node's own
 */
export function createLeftReplies<Subject>(
  respond: Responder,
  options: ReplyOptions,
  facts: (subject: Subject) => Partial<Facts>,
): LeftReplies<Subject> {
  function leaveWritten(interception: Interception<Subject>, head: Head) {
    const { request, response } = interception;
    const planned = options.leaveBody && plannedHead(response, head);
    const url = originalUrl(request as IncomingMessage);
    if (!planned || new Inspection(planned, options, request.method, url).outcome !== "left") return undefined;
    setFields(response, head);
    leaveSet(interception, planned);
    head.splice(0, head.length, response.statusCode);
    return head;
  }

  function leaveSet({ request, response, ownFields, subject }: Interception<Subject>, head: ReplyHead) {
    keepSurvivingFields(response, ownFields, options);
    const { status, headers } = prepareLeftReply(respond, head, request, response, options, facts(subject));
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    response.statusCode = status;
  }

  return { leaveWritten, leaveSet };
}
