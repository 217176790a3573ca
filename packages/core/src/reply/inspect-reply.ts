import { isErrorStatus, mayHaveContent } from "../contract/contract.js";
import { survivingFields } from "../http/header-fields.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { Finding } from "../problem/finding.js";
import { UpstreamError } from "../problem/problem-error.js";
import { defaultErrorBodyLimit } from "../util/limits.js";
import { read } from "../util/safe-read.js";
import { invocationHead, type InvocationHead } from "./functiongraph/function-reply.js";
import { isBodyLeft } from "./left-body.js";
import { errorFinding, undecidedFinding, type ReplyOptions } from "./reply-finding.js";
import type { Reply } from "./reply.js";

/**
 * Inspects the head of an upstream's reply, once. Every integration decides by its outcome, and by nothing else: none may inspect heads itself.
 * @example new Inspection(head, options, request.method).outcome // "passes"
 */
export class Inspection {
  /** Result of the head: the reply passes, it fails, only its body can decide ("undecided"), or it fails and its body is left alone ("left"). */
  readonly outcome: "passes" | "fails" | "undecided" | "left";
  readonly head: ReplyHead;
  readonly #invocation: InvocationHead | undefined;
  readonly #options: ReplyOptions;

  /**
   * Inspects the head of a reply.
   * @param method of the request, where it is known
   * @param target of the client's request, where it is known
   */
  constructor(head: ReplyHead, options: ReplyOptions, method?: string, target?: string) {
    this.head = head;
    this.#options = options;
    this.#invocation = options.hiddenFailures ? invocationHead(head, options.limit ?? defaultErrorBodyLimit) : undefined;
    const invocationOutcome = this.#invocation?.outcome;
    const isFailed = isErrorStatus(head.status) || invocationOutcome === "fails";
    const isUndecided = invocationOutcome === "undecided" && mayHaveContent(method, head.status);
    const { leaveBody } = options;
    const isLeft = leaveBody && invocationOutcome !== "fails" && isErrorCode(head.status) && isBodyLeft(leaveBody, head, target);
    this.outcome = isLeft ? "left" : isFailed ? "fails" : isUndecided ? "undecided" : "passes";
  }

  /** Gives the header fields that survive the replacement of a failing reply. */
  survivingFields(): Record<string, ReplyHead["headers"][string]> {
    return Object.fromEntries(survivingFields(this.head.headers, this.#options));
  }

  /** Finds what the reply fails with, and reads its body as far as that needs; undefined if it passes. Never rejects. */
  async finding(reply: Reply): Promise<Finding | undefined> {
    if (this.outcome === "fails") return errorFinding(this.head, reply, this.#options, this.#invocation);
    return this.outcome !== "undecided" ? undefined : undecidedFinding(this.head, reply, this.#options, this.#invocation);
  }

  /**
   * Makes the error to be answered, which carries the surviving fields; undefined if the reply passes. Never rejects.
   * @param hasStack false where a stack would show only this library; default: for a status from 500 on
   */
  async failure(reply: Reply, hasStack?: boolean): Promise<UpstreamError | undefined> {
    const finding = await this.finding(reply);
    if (!finding) return undefined;
    const failure = new UpstreamError(finding, undefined, hasStack);
    return Object.defineProperty(failure, surviving, { value: this.survivingFields() });
  }
}

/** Whether a status is one of an error, and not merely no status at all. */
function isErrorCode(status: number): boolean {
  return status >= 400 && status <= 599;
}

/** Names the key of the surviving fields on the error of a reply: they are not enumerable, or logs would have the cookies. */
const surviving: unique symbol = Symbol.for("fg-errors.surviving");

/** Returns the surviving fields of the error reply that was thrown, by whatever copy of this package; undefined for any other value. */
export function survivingFieldsOf(thrown: unknown): ReplyHead["headers"] | undefined {
  return read(thrown, surviving) as ReplyHead["headers"] | undefined;
}
