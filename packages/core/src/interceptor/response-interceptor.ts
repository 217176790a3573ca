import type { IncomingMessage } from "node:http";
import { isErrorStatus } from "../contract/contract.js";
import { answer, beforeAnswer, hasLeft, isAnswered, silence } from "../node/answer.js";
import { emitAborted, onClose } from "../node/client-leaves.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import { isLookedInto } from "../node/looked-into.js";
import { dropHopByHop } from "../node/outgoing-head.js";
import { isValidHead, keepLive, makeSendable, plannedHead, resetFields, setFields, type Head } from "../node/response-head.js";
import { asBrokenReply } from "../recognisers/http-clients/broken-reply.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { messageOf } from "../reply/reply.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Facts } from "../responder/request-facts.js";
import { createResponder, type Host } from "../responder/responder.js";
import { pretend, sendHead, takeReply, type TakenReply } from "./captured-reply.js";
import { close, holdOf, isKept, type Held, type Hold } from "./interceptor-state.js";
import { watchSources } from "./piped-sources.js";
import type { Noted, Saying } from "./response-methods.js";
import { settleHead } from "./settle-head.js";
import { createWays, setEnding, setImplied, setWriting } from "./wrapped-methods.js";

/**
 * For what stands in front of writers of their own error replies: holds back the head of a response until its status is known. A success
 * streams through from there on, an error reply that is not one of our answers is read and answered by the contract.
 * @param host `facts`: what is known of a request besides Node's own, asked only for what is answered
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example const hold = createResponseInterceptor(options, { facts: (request: Request) => ({ url: request.originalUrl }) });
 */
export function createResponseInterceptor<Subject>(
  options: ResponderOptions = {},
  host: Host & { readonly facts: (subject: Subject) => Partial<Facts> },
) {
  const respond = createResponder(options, host);
  const looks = replyOptions(options);
  const isPlain = options.success !== "fold" && options.upstreamCredentials !== "drop";
  const { writingOf, endingOf, impliedOf } = createWays<Subject>({ decide, open, tellInstead });

  // For each request no more is made than a success needs: functions that are made anew for each would cost more than all they do.
  return function holdBack(request: NodeRequest, response: NodeResponse, subject: Subject): Held {
    dropHopByHop(request as IncomingMessage);
    const hold = holdOf(request, response, subject);
    const { before } = hold;
    response.on("pipe", (source) => void (hold.isReleased || sourcesOf(hold).add(source)));
    if (hold.state === "held") setWriting(response, writingOf(hold));
    onClose(response, () => closed(hold));
    if (options.upstreamCredentials === "drop") beforeAnswer(response, () => speak(hold));
    return {
      release() {
        hold.isReleased = true;
        if (hold.state === "held") open(hold);
      },
      isWritten: () => response.headersSent || hold.sources !== undefined,
      answered: () => hold.answered,
      keepLive: () => keep(hold),
      fold(isEmpty) {
        if (!isPlain) settleHead(response, before, [response.statusCode], isEmpty(), options);
      },
    };
  };

  /** @param written what writeHead() was given; without it, the status is what is set */
  function decide(hold: Hold<Subject>, isEmpty: boolean, written?: Head) {
    const { request, response, before } = hold;
    const head = written ?? [response.statusCode];
    if (isAnswered(response) || hasLeft(request)) {
      makeSendable(response, head); // nobody gets it, but Node may still refuse it where nobody can catch that
      return open(hold);
    }
    if (isErrorStatus(head[0] as number)) return take(hold, head);
    const planned = looks.hiddenFailures && !isLookedInto(response) ? plannedHead(response, head) : undefined;
    const inspection = planned && new Inspection(planned, looks, request.method);
    if (inspection?.outcome === "fails") return take(hold, head);
    if (inspection?.outcome === "undecided") return look(hold, inspection, written);
    settleHead(response, before, head, isEmpty, options);
    makeSendable(response, head);
    if (head.length > 1 && !("stream" in response) && isValidHead(head)) wait(hold, head);
    else open(hold);
  }

  /** node:http sends a head along with the first content: until then it can be taken back, but for one that flushHeaders() implied. */
  function wait(hold: Hold<Subject>, head: Head) {
    const { response } = hold;
    hold.state = "waiting";
    hold.given = head;
    setEnding(response, endingOf(hold));
    setImplied(response, impliedOf(hold));
    pretend(response, "headersSent");
    beforeAnswer(response, () => speak(hold));
  }

  /** Whoever writes content now cannot know what to make of a head that is refused after all: we answer for it. */
  function open(hold: Hold<Subject>) {
    hold.state = "open";
    if (!hold.given) return;
    try {
      sendHead(hold.response, hold.beneath.writeHead, hold.given);
    } catch (invalid) {
      tellInstead(hold, invalid);
    }
  }

  function take(hold: Hold<Subject>, head: Head) {
    setFields(hold.response, head);
    const { body } = hush(hold);
    const inspection = new Inspection({ status: head[0] as number, headers: hold.response.getHeaders() }, looks);
    const failure = inspection.failure(messageOf(inspection.head, body), false);
    hold.answered = failure.then((error) => void (hold.state === "taken" && tell(hold, error)));
  }

  /** What FunctionGraph calls a success may go on once it is read. */
  function look(hold: Hold<Subject>, inspection: Inspection, written: Head | undefined) {
    hold.given = written;
    const calls: Noted["calls"] = written ? [["writeHead", written]] : [];
    const noted: Noted = { calls, reopen: () => reopen(hold), failed: (thrown) => tell(hold, thrown) };
    const { body, letGo, restoreHead } = hush(hold, noted);
    const looked = inspection.failure(messageOf(inspection.head, body), false).then((error) => {
      if (!isKept(hold.state)) return;
      if (!error) return void letGo();
      hold.state = "taken";
      restoreHead();
      setFields(hold.response, written ?? []);
      tell(hold, error);
    });
    hold.answered = looked.catch((thrown) => tell(hold, thrown)); // what cannot be sent
  }

  function reopen(hold: Hold<Subject>): Saying {
    [hold.state, hold.given, hold.reply] = ["held", undefined, undefined];
    return { ...writingOf(hold), ...endingOf(hold) };
  }

  function hush(hold: Hold<Subject>, noted?: Noted): TakenReply {
    const { response } = hold;
    hold.state = noted ? "looking" : "taken";
    setEnding(response, endingOf(hold));
    beforeAnswer(response, () => speak(hold));
    return (hold.reply = takeReply(response, looks.limit, noted));
  }

  /** The response is complete, or its client has left. */
  function closed(hold: Hold<Subject>) {
    emitAborted(hold.response);
    if (isKept(hold.state)) close(hold);
    hold.sources?.release();
  }

  /** An answer of ours goes out beneath whatever the writer has wrapped around the response. */
  function speak(hold: Hold<Subject>) {
    const { response, before } = hold;
    if (hold.state === "held") settleHead(response, before, [], false, { ...options, success: "relay" }); // set, and then it failed
    if (hold.state === "waiting") hush(hold);
    if (hold.state !== "taken" && hold.state !== "looking") return;
    hold.reply!.giveBack();
    setWriting(response, writingOf(hold));
    keep(hold);
    hold.state = "open";
  }

  function tell({ request, response, subject }: Hold<Subject>, thrown: unknown) {
    answer(respond, thrown, request, response, { ...host.facts(subject), origin: "upstream" });
  }

  /** Of a success that broke before anything of it was sent, nothing is left. */
  function tellInstead(hold: Hold<Subject>, reason: unknown) {
    const { request, response, before, given } = hold;
    if (hasLeft(request)) return;
    if (hold.state !== "looking") hush(hold);
    resetFields(response, before);
    tell(hold, asBrokenReply(reason, Number(given?.[0] ?? response.statusCode)));
  }

  function keep({ response, before, sources }: Hold<Subject>) {
    keepLive(response, before, options, sources?.brokenFields());
  }

  /** Told of streams that are piped into the response: stream.pipeline() destroys it when one of them fails. */
  function sourcesOf(hold: Hold<Subject>) {
    const { request, response } = hold;
    if (!hold.sources && hold.state === "held") setEnding(response, endingOf(hold));
    return (hold.sources ??= watchSources(request, response, (reason) => broke(hold, reason)));
  }

  /** A stream that was piped into the response has failed. */
  function broke(hold: Hold<Subject>, reason: unknown) {
    const { request, response, state } = hold;
    if (hasLeft(request)) return;
    if (state === "taken") setImmediate(hold.reply!.finish);
    else if (state === "waiting" || state === "looking") tellInstead(hold, reason);
    else if (state === "held") setImmediate(unlessMended, hold, reason);
    else if (state === "open" && !response.writableEnded) {
      tell(hold, asBrokenReply(reason, response.statusCode));
      silence(response);
    }
  }

  /** A writer may have something else to send. */
  function unlessMended(hold: Hold<Subject>, reason: unknown) {
    if (hold.state === "held" && !isAnswered(hold.response) && !hold.sources!.areOpen()) tellInstead(hold, reason);
  }
}
