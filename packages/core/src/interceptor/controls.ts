import type { ReplyHead } from "../http/reply-head.js";
import { keepSurvivingFields } from "../node/response-fields.js";
import { dropNamed } from "../node/response-head.js";
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

  return function controlsOf(interception: Interception<Subject>): InterceptedResponse {
    const { response, ownFields } = interception;
    return {
      release() {
        interception.isReleased = true;
        if (interception.state === "undecided") pass(interception);
      },
      isWritten: () => response.headersSent || interception.sources !== undefined,
      answered: () => interception.answered,
      keepSurvivingFields: () => keepSurvivingFields(response, ownFields, options, interception.sources?.brokenFields()),
      leaveBody: (head) => leaveBody(interception, head),
      settle(isEmpty) {
        const unsendable = headFault(response, [response.statusCode], interception.sources);
        if (unsendable) throw new UpstreamError(unsendable, undefined, false);
        dropNamed(response);
        if (!keepsSuccesses) settleHead(response, ownFields, [response.statusCode], isEmpty(), options);
      },
    };
  };
}
