import type { IncomingMessage } from "node:http";
import { isErrorStatus } from "../contract/contract.js";
import { isHttp2 } from "../http/is-http2.js";
import type { ReplyHead } from "../http/reply-head.js";
import { answer } from "../node/answer.js";
import { emitAborted, isGone, onClose } from "../node/client-gone.js";
import { discardRestOf } from "../node/discard-content.js";
import { beforeAnswer, hasLeftBody, isAnswered, isInspected, type NodeRequest, type NodeResponse } from "../node/exchange.js";
import { originalUrl } from "../node/original-url.js";
import { dropHopByHop } from "../node/prepare-request.js";
import { keepSurvivingFields, resetFields } from "../node/response-fields.js";
import { dropFields, hopByHopIn, isValidHead, makeSendable, plannedHead, setFields } from "../node/response-head.js";
import { toNodeStatus, type Head } from "../node/response-head.js";
import { replacedResponse, upstreamFailure } from "../problem/problem-error.js";
import { asBrokenReply } from "../recognisers/http-clients/broken-reply.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { messageOf } from "../reply/reply.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Facts } from "../responder/request-facts.js";
import { createResponder, type Host } from "../responder/responder.js";
import { captureReply, pretend, sendHead, type CapturedReply } from "./captured-reply.js";
import { closeInterception, createInterception, type InterceptedResponse, type Interception } from "./interception.js";
import { createControls } from "./controls.js";
import { headFault } from "./head-fault.js";
import { isInspecting, isWithheld, transition } from "./interceptor-state.js";
import type { Recording } from "./response-methods.js";
import { settleHead, settleLeftHead } from "./settle-head.js";
import { hideFields, showHead, showStatus } from "./shown-head.js";
import { createSourceWatcher } from "./source-watcher.js";
import { createWrappedMethods, setEnding, setFlushing, setImpliedHead, setWriting } from "./wrapped-methods.js";

/**
 * Creates a response interceptor: it withholds the head of a response until its status is known. A success streams through from there on;
 * an error reply that is not one of our answers is captured and answered by the contract.
 * @param host `facts`: what is known of a request besides Node's own, asked only for what is answered
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example const intercept = createResponseInterceptor(options, { facts: ({ originalUrl: url }: { originalUrl: string }) => ({ url }) });
 */
export function createResponseInterceptor<Subject>(
  options: ResponderOptions = {},
  host: Host & { readonly facts: (subject: Subject) => Partial<Facts> },
) {
  type Intercepted = Interception<Subject>;
  const respond = createResponder(options, host);
  const inspectionOptions = replyOptions(options);
  const { writingOf, endingOf, impliedHeadOf, replayTo } = createWrappedMethods<Subject>({ decide, pass, answerError });
  const answerFailure = ({ request, response, subject }: Intercepted, thrown: unknown) =>
    answer(respond, thrown, request, response, { ...host.facts(subject), origin: "upstream" });
  const leaveBody = (interception: Intercepted, head: ReplyHead) =>
    settleLeftHead(respond, interception, head, inspectionOptions, host.facts(interception.subject));
  const controlsOf = createControls<Subject>(options, { pass, leaveBody });
  const sourcesOf = createSourceWatcher<Subject>({ endingOf, answerError, answerFailure });

  // Each request gets no more than a success needs: new functions for each would cost more than their work.
  return function interceptResponse(request: NodeRequest, response: NodeResponse, subject: Subject): InterceptedResponse {
    dropHopByHop(request as IncomingMessage);
    const interception = createInterception(request, response, subject);
    response.on("pipe", (source) => void (interception.isReleased || sourcesOf(interception).add(source)));
    if (interception.state === "undecided") setWriting(response, writingOf(interception));
    // While content is inspected, node:http's own flushes nothing, and is not recorded.
    if (interception.state === "undecided" && inspectionOptions.hiddenFailures) setFlushing(response, endingOf(interception));
    onClose(response, () => responseClosed(interception));
    if (options.upstreamCredentials === "drop") beforeAnswer(response, restoreForAnswer, interception);
    return controlsOf(interception);
  };

  /** Decides the next state by `written`, the arguments of writeHead(); without them, by the status that is set. */
  function decide(interception: Intercepted, isEmpty: boolean, written?: Head) {
    const { request, response } = interception;
    const head = written ?? [response.statusCode];
    head[0] = toNodeStatus(response, head[0]);
    if (isAnswered(response) || hasLeftBody(response) || isGone(response)) {
      makeSendable(response, head); // nobody gets it, but Node may still refuse it where nobody can catch that
      return pass(interception);
    }
    if (isErrorStatus(head[0] as number)) return captureError(interception, head);
    const hops = hopByHopIn(response, head);
    const unsendable = headFault(head[0] as number, hops, interception.sources);
    if (unsendable) return replaceSuccess(interception, upstreamFailure(unsendable));
    const planned = inspectionOptions.hiddenFailures && !isInspected(response) ? plannedHead(response, head) : undefined;
    const inspection = planned && new Inspection(planned, inspectionOptions, request.method);
    if (inspection?.outcome === "fails") return captureError(interception, head, inspection);
    if (inspection?.outcome === "undecided") return inspectBody(interception, inspection, written);
    makeSendable(response, head, settleHead(interception, head, isEmpty, options, hops));
    if (head.length > 1 && !isHttp2(response) && isValidHead(head)) bufferHead(interception, head);
    else pass(interception);
  }

  /** Buffers a head, which node:http sends along with the first content: until then it can be replaced, unless flushHeaders() implied it. */
  function bufferHead(interception: Intercepted, head: Head) {
    const { response } = interception;
    transition(interception, "buffer");
    interception.head = head;
    interception.shownFields = showHead(response, head);
    if (interception.shownFields && !Array.isArray(interception.shownFields)) dropFields(head); // versions of Node differ in how they read a list
    setEnding(response, endingOf(interception));
    setImpliedHead(response, impliedHeadOf(interception));
    pretend(response, "headersSent");
    beforeAnswer(response, restoreForAnswer, interception);
  }

  /** Sends the buffered head, and answers in its place if Node refuses it: the writer of the content did not write the head. */
  function pass(interception: Intercepted) {
    const { response, original, head } = interception;
    try {
      if (interception.state === "head-buffered") sendHead(response, original.writeHead, head!);
    } catch (invalid) {
      if (!isGone(response)) return answerError(interception, invalid);
    }
    transition(interception, "pass");
  }

  /** Captures an error reply, unless its body is left alone. */
  function captureError(interception: Intercepted, head: Head, inspected?: Inspection) {
    const { request, response } = interception;
    setFields(response, head);
    const given = { status: head[0] as number, headers: response.getHeaders() };
    const inspection =
      inspected ?? new Inspection(given, inspectionOptions, request.method, originalUrl(request as IncomingMessage));
    if (inspection.outcome === "left") {
      head.splice(0, head.length, leaveBody(interception, inspection.head));
      return pass(interception);
    }
    const { body } = capture(interception);
    showStatus(response, head);
    interception.answered = inspection.finding(messageOf(inspection.head, body)).then((finding) => {
      if (interception.state === "captured-ended") transition(interception, "capture");
      if (interception.state === "captured") answerFailure(interception, finding && replacedResponse(finding));
    });
  }

  /** Inspects the content of a success of FunctionGraph, and replays it if it is one. */
  function inspectBody(interception: Intercepted, inspection: Inspection, written: Head | undefined) {
    const { response } = interception;
    interception.head = written;
    const recording: Recording = {
      calls: written ? [["writeHead", written]] : [],
      replayTo: () => replayTo(interception),
      failed: (thrown) => answerFailure(interception, thrown),
    };
    const { body, replay, restoreHead } = capture(interception, recording);
    interception.shownFields = showHead(response, written ?? [response.statusCode]);
    const inspected = inspection.finding(messageOf(inspection.head, body)).then((finding) => {
      if (!isInspecting(interception.state)) return;
      if (!finding) return void replay();
      transition(interception, "capture");
      restoreHead();
      setFields(response, written ?? []);
      answerFailure(interception, replacedResponse(finding));
    });
    interception.answered = inspected.catch((thrown) => answerFailure(interception, thrown)); // what cannot be sent
  }

  function capture(interception: Intercepted, recording?: Recording): CapturedReply {
    const { response } = interception;
    transition(interception, recording ? "inspect" : "capture");
    setEnding(response, endingOf(interception));
    beforeAnswer(response, restoreForAnswer, interception);
    return (interception.captured = captureReply(response, inspectionOptions.limit, recording));
  }

  /** Closes the interception of a response that is complete, or whose client has left. */
  function responseClosed(interception: Intercepted) {
    emitAborted(interception.response);
    discardRestOf(interception.request, interception.response);
    if (isWithheld(interception.state)) closeInterception(interception);
    interception.sources?.discard();
  }

  /** Restores the response for our answer, which the original methods send, whatever the writer has wrapped around the response. */
  function restoreForAnswer(interception: Intercepted) {
    const { response, ownFields, sources, shownFields } = interception;
    if (isInspecting(interception.state) || interception.state === "head-buffered") hideFields(response, ownFields, shownFields);
    if (interception.state === "undecided") settleHead(interception, [], false, { ...options, success: "relay" }); // set, and then it failed
    if (interception.state === "head-buffered") capture(interception);
    if (interception.state !== "captured" && interception.state !== "inspecting") return;
    interception.captured!.showRealState();
    setWriting(response, writingOf(interception));
    keepSurvivingFields(response, ownFields, options, sources?.brokenFields());
    transition(interception, "answer");
  }

  /** Answers the error of a success that broke before anything of it was sent. */
  function answerError(interception: Intercepted, reason: unknown) {
    const { response, head } = interception;
    if (isGone(response)) return;
    replaceSuccess(interception, asBrokenReply(reason, Number(head?.[0] ?? response.statusCode)));
  }

  /** Answers a failure in place of a success: nothing is left of it. */
  function replaceSuccess(interception: Intercepted, failure: unknown) {
    if (interception.state !== "inspecting") capture(interception);
    resetFields(interception.response, interception.ownFields);
    answerFailure(interception, failure);
  }
}
