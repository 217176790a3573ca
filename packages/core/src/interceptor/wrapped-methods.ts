import type { NodeResponse } from "../node/exchange.js";
import type { Head } from "../node/response-head.js";
import { closeInterception, type Interception } from "./interception.js";
import { transition } from "./interceptor-state.js";
import { closedEarly } from "./piped-sources.js";
import type { EndingMethods, RecordedMethods, WritingMethods } from "./response-methods.js";

/** Lists the steps of the wrapped methods. */
interface Steps<Subject> {
  /** Leaves the state "undecided", now that the status is known. */
  readonly decide: (interception: Interception<Subject>, isEmpty: boolean, written?: Head) => void;
  /** Sends a buffered head, now that its content has come. */
  readonly pass: (interception: Interception<Subject>) => void;
  /** Answers for a response that broke before anything of it was sent. */
  readonly answerError: (interception: Interception<Subject>, reason: unknown) => void;
}

/** Creates the methods that replace the original methods of an intercepted response. */
export function createWrappedMethods<Subject>({ decide, pass, answerError }: Steps<Subject>) {
  // They are never removed: to restore the original ones would cost more than to call through, and others may have wrapped these.
  function writingOf(interception: Interception<Subject>): WritingMethods {
    const { request, response, original } = interception;
    return {
      writeHead(...head) {
        const isDecided = interception.state !== "undecided";
        if (interception.state === "head-buffered") pass(interception);
        else if (!isDecided) decide(interception, false, head);
        try {
          if (interception.state === "passthrough") original.writeHead.apply(response, head);
        } catch (refused) {
          if (!isDecided && !response.headersSent) transition(interception, "refuse"); // the writer may write another one
          throw refused;
        }
        return response;
      },
      write(...args) {
        if (interception.state === "undecided" && interception.sources?.areAbandoned()) answerError(interception, closedEarly());
        return isPassing(interception) ? original.write.apply(response, args) : interception.captured!.write(args);
      },
      end(...args) {
        const isEmpty = request.method !== "HEAD" && (!args[0] || typeof args[0] === "function");
        if (isPassing(interception, isEmpty)) original.end.apply(response, args);
        else interception.captured!.end(args);
        if (interception.state === "inspecting" || interception.state === "captured") transition(interception, "end");
        if (interception.captured && interception.state === "passthrough") closeInterception(interception); // it was our answer
        return response;
      },
    };
  }

  function endingOf(interception: Interception<Subject>): EndingMethods {
    const { response, original } = interception;
    return {
      flushHeaders: () => (isPassing(interception) ? original.flushHeaders.call(response) : interception.captured!.flush()),
      destroy(error) {
        const { state } = interception;
        if (error && (state === "undecided" || state === "head-buffered" || state === "inspecting"))
          answerError(interception, error);
        else if (state === "captured") setImmediate(interception.captured!.finish); // unless the writer writes more until then
        else if (state !== "closed" && !state.endsWith("-ended")) original.destroy.call(response, error);
        return response;
      },
    };
  }

  /** Whether content is sent. The first content implies a head, if none was given. */
  function isPassing(interception: Interception<Subject>, isEmpty = false): boolean {
    if (interception.state === "undecided") decide(interception, isEmpty);
    else if (interception.state === "head-buffered") pass(interception);
    return interception.state === "passthrough";
  }

  /**
   * Wraps the method by which node:http sends a head that nobody has given: for a writer that calls an original method, which it kept
   * from before.
   */
  function impliedHeadOf(interception: Interception<Subject>) {
    return () => {
      if (interception.state === "head-buffered") pass(interception);
      else interception.response.writeHead(interception.response.statusCode);
    };
  }

  /** Ends the inspection of a success, and gives the methods that its recorded calls are replayed to. */
  function replayTo(interception: Interception<Subject>): RecordedMethods {
    transition(interception, "replay");
    interception.head = interception.captured = undefined;
    return { ...writingOf(interception), ...endingOf(interception) };
  }

  return { writingOf, endingOf, impliedHeadOf, replayTo };
}

// One by one, since Object.assign() is several times as slow, on every request.

export function setWriting(response: NodeResponse, { writeHead, write, end }: WritingMethods): void {
  const methods = response as unknown as WritingMethods;
  methods.writeHead = writeHead;
  methods.write = write;
  methods.end = end;
}

export function setEnding(response: NodeResponse, { flushHeaders, destroy }: EndingMethods): void {
  const methods = response as unknown as EndingMethods;
  methods.flushHeaders = flushHeaders;
  methods.destroy = destroy;
}

export function setFlushing(response: NodeResponse, { flushHeaders }: Pick<EndingMethods, "flushHeaders">): void {
  (response as unknown as EndingMethods).flushHeaders = flushHeaders;
}

/** Wraps a method that is private to Node; express-session and other libraries of its age call it as well. */
export function setImpliedHead(response: NodeResponse, sendHead: () => void): void {
  (response as { _implicitHeader?: () => void })._implicitHeader = sendHead;
}
