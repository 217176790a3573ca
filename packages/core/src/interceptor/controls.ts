import type { ReplyHead } from "../http/reply-head.js";
import { keepSurvivingFields } from "../node/response-fields.js";
import { dropNamed, hopByHopIn } from "../node/response-head.js";
import { UpstreamError } from "../problem/problem-error.js";
import type { ResponderOptions } from "../responder/options.js";
import { headFault } from "./head-fault.js";
import type { InterceptedResponse, Interception } from "./interception.js";
import { settleHead } from "./settle-head.js";

/** Lists the steps that an adapter may take. */
interface Steps<Subject> {
  /** Passes what is written. */
  readonly pass: (interception: Interception<Subject>) => void;
  /** Leaves the body of an error reply alone that was set but not written. */
  readonly leaveBody: (interception: Interception<Subject>, head: ReplyHead) => void;
}

/** Creates the function that gives an adapter control of an intercepted response. */
export function createControls<Subject>(options: ResponderOptions, { pass, leaveBody }: Steps<Subject>) {
  const keepsSuccesses = options.success !== "fold" && options.upstreamCredentials !== "drop";

  /** Controls one response. It is a class, since seven closures for each response cost more. */
  class Controls implements InterceptedResponse {
    readonly #interception: Interception<Subject>;

    constructor(interception: Interception<Subject>) {
      this.#interception = interception;
    }

    release() {
      this.#interception.isReleased = true;
      if (this.#interception.state === "undecided") pass(this.#interception);
    }

    isWritten() {
      return this.#interception.response.headersSent || this.#interception.sources !== undefined;
    }

    answered() {
      return this.#interception.answered;
    }

    keepSurvivingFields() {
      const { response, ownFields, sources } = this.#interception;
      keepSurvivingFields(response, ownFields, options, sources?.brokenFields());
    }

    leaveBody(head: ReplyHead) {
      leaveBody(this.#interception, head);
    }

    settle(isEmpty: () => boolean) {
      const { response, sources } = this.#interception;
      const head = [response.statusCode];
      const hops = hopByHopIn(response, head);
      const unsendable = headFault(response.statusCode, hops, sources);
      if (unsendable) throw new UpstreamError(unsendable, undefined, false);
      if (hops.has("connection")) dropNamed(response);
      if (!keepsSuccesses) settleHead(this.#interception, head, isEmpty(), options, hops);
    }
  }

  return (interception: Interception<Subject>): InterceptedResponse => new Controls(interception);
}
