import { isErrorStatus, mayHaveContent } from "../contract/contract.js";
import { liveHeaders } from "../http/header-fields.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { Finding } from "../problem/finding.js";
import { UpstreamError } from "../problem/problem-error.js";
import { invocationHead, type InvocationHead } from "./functiongraph/function-reply.js";
import { errorFinding, undecidedFinding, usualLimit, type ReplyOptions } from "./reply-finding.js";
import type { Reply } from "./reply.js";

/** What becomes of a reply: every door decides by this, and by nothing else. */
export class Inspection {
  /** By its head alone: it passes, it fails, or only its body can tell. */
  readonly outcome: "passes" | "fails" | "undecided";
  readonly head: ReplyHead;
  readonly #invocation: InvocationHead | undefined;
  readonly #options: ReplyOptions;

  /** @param method of the request, where it is known */
  constructor(head: ReplyHead, options: ReplyOptions, method?: string) {
    this.head = head;
    this.#options = options;
    this.#invocation = options.hiddenFailures ? invocationHead(head, options.limit ?? usualLimit) : undefined;
    const verdict = this.#invocation?.verdict;
    const isFailed = isErrorStatus(head.status) || verdict === "failed";
    this.outcome = isFailed ? "fails" : verdict === "unsaid" && mayHaveContent(method, head.status) ? "undecided" : "passes";
  }

  /** The same for another status or other fields, as a handler of the user's may have set them. */
  of(head: ReplyHead, method?: string): Inspection {
    return head === this.head ? this : new Inspection(head, this.#options, method);
  }

  /** Of a reply that fails, the fields that outlive it. */
  liveFields(): Record<string, ReplyHead["headers"][string]> {
    return Object.fromEntries(liveHeaders(this.head.headers, this.#options));
  }

  /** What it fails with, as far as its body has to be read for that; undefined if it passes. Never rejects. */
  async finding(reply: Reply): Promise<Finding | undefined> {
    if (this.outcome === "fails") return errorFinding(this.head, reply, this.#options, this.#invocation);
    return this.outcome === "passes" ? undefined : undecidedFinding(this.head, reply, this.#options, this.#invocation);
  }

  /** The same to be answered. Without a stack unless its maker is somebody else's code. */
  async failure(reply: Reply, hasStack?: boolean): Promise<UpstreamError | undefined> {
    const finding = await this.finding(reply);
    return finding && new UpstreamError(finding, undefined, hasStack);
  }
}
