import { isGone } from "../node/client-gone.js";
import { isAnswered, silence } from "../node/exchange.js";
import { asBrokenReply } from "../recognisers/http-clients/broken-reply.js";
import type { Interception } from "./interception.js";
import { watchSources, type Sources } from "./piped-sources.js";
import type { EndingMethods } from "./response-methods.js";
import { setEnding } from "./wrapped-methods.js";

/** Lists the steps that a source which breaks leads to. */
interface Steps<Subject> {
  readonly endingOf: (interception: Interception<Subject>) => EndingMethods;
  /** Answers for a response that broke before anything of it was sent. */
  readonly answerError: (interception: Interception<Subject>, reason: unknown) => void;
  readonly answerFailure: (interception: Interception<Subject>, thrown: unknown) => void;
}

/**
 * Creates the function that gives the sources of an intercepted response: it watches the streams that are piped into the response, and
 * answers for one that breaks.
 */
export function createSourceWatcher<Subject>({ endingOf, answerError, answerFailure }: Steps<Subject>) {
  /** Gives the sources, and starts to watch for them: stream.pipeline() destroys the response when one of them fails. */
  return function sourcesOf(interception: Interception<Subject>): Sources {
    const { request, response } = interception;
    if (!interception.sources && interception.state === "undecided") setEnding(response, endingOf(interception));
    return (interception.sources ??= watchSources(request, response, (reason) => sourceBroke(interception, reason)));
  };

  function sourceBroke(interception: Interception<Subject>, reason: unknown) {
    const { response, state } = interception;
    if (isGone(response)) return;
    if (state === "captured") setImmediate(interception.captured!.finish);
    else if (state === "head-buffered" || state === "inspecting") answerError(interception, reason);
    else if (state === "undecided") setImmediate(answerUnlessMended, interception, reason);
    else if (state === "passthrough" && !response.writableEnded) {
      answerFailure(interception, asBrokenReply(reason, response.statusCode));
      silence(response);
    }
  }

  /** Answers, unless the writer has sent something else meanwhile. */
  function answerUnlessMended(interception: Interception<Subject>, reason: unknown) {
    const { state, response, sources } = interception;
    if (state === "undecided" && !isAnswered(response) && !sources!.areOpen()) answerError(interception, reason);
  }
}
