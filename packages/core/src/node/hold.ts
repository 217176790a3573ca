import { isErrorStatus } from "../contract.js";
import type { Facts } from "../facts.js";
import type { ResponderOptions } from "../options.js";
import { UpstreamError } from "../problem-error.js";
import { createResponder, type Host } from "../responder.js";
import type { ReplyHead } from "../upstream/replies/reply.js";
import { failureOf, replyOptions, upstreamFinding } from "../upstream/replies/reply-finding.js";
import { answer, beforeAnswer, hasLeft, isAnswered, silence, type NodeRequest, type NodeResponse } from "./answer.js";
import { brokenOff } from "./broken-off.js";
import { foldHead, isValidHead, keepLive, plannedHead, resetFields, setFields, type Head } from "./head.js";
import { isLookedInto, outlookOf } from "./outlook.js";
import { closedEarly, watchSources } from "./sources.js";
import { isKept, type Ending, type Held, type Noted, type Saying, type State, type Writing } from "./writing.js";
import { pretend, sendHead, takeReply, type TakenReply } from "./taken-reply.js";

/**
 * For what stands in front of writers of their own error replies: holds back the head of a response until its status is known. A success
 * streams through from there on, an error reply that is not one of our answers is read and answered by the contract.
 * @param host `facts`: what is known of a request besides Node's own, asked only for what is answered
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example const hold = createHold(options, { facts: (request: Request) => ({ url: request.originalUrl }) });
 */
export function createHold<Subject>(
  options: ResponderOptions = {},
  host: Host & { readonly facts: (subject: Subject) => Partial<Facts> },
) {
  const respond = createResponder(options, host);
  const looks = replyOptions(options);

  return function hold(request: NodeRequest, response: NodeResponse, subject: Subject): Held {
    const { writeHead, write, end, flushHeaders, destroy } = response as unknown as Writing & Ending;
    const before = response.getHeaders();
    let state: State = response.headersSent ? "open" : "held";
    let [given, reply]: [given?: Head, reply?: TakenReply] = [];
    let answered: Promise<void> | undefined;

    // They stay: to put back what was there would cost more than to go through them, and others may have wrapped them.
    const writing: Writing = {
      writeHead(...head) {
        if (state === "waiting") open();
        else if (state === "held") decide(false, head);
        if (state === "open") writeHead.apply(response, head);
        return response;
      },
      write: (...args) => (isOpen(false, sources.areGivenUp()) ? write.apply(response, args) : reply!.write(args)),
      end(...args) {
        const isEmpty = request.method !== "HEAD" && (!args[0] || typeof args[0] === "function");
        if (isOpen(isEmpty)) end.apply(response, args);
        else reply!.end(args);
        if (state === "looking") state = "said";
        if (reply && state === "open") close(); // it was our answer
        return response;
      },
    };

    const ending: Ending = {
      flushHeaders: () => (isOpen() ? flushHeaders.call(response) : reply!.flush()),
      destroy(error) {
        if (error && (state === "held" || state === "waiting" || state === "looking")) tellInstead(error);
        else if (state === "taken") setImmediate(reply!.finish); // unless the writer says more of it until then
        else if (state !== "over" && state !== "said") destroy.call(response, error);
        return response;
      },
    };

    /** Whether content goes on. The first implies a head, if none was given. */
    function isOpen(isEmpty = false, isGivenUp = false): boolean {
      if (state === "held" && isGivenUp) tellInstead(closedEarly());
      if (state === "held") decide(isEmpty);
      else if (state === "waiting") open();
      return state === "open";
    }

    /** @param written what writeHead() was given; without it, the status is what is set */
    function decide(isEmpty: boolean, written?: Head) {
      if (isAnswered(response)) return open();
      const head = written ?? [response.statusCode];
      if (isErrorStatus(head[0] as number)) return take(head);
      const planned = looks.functionGraph && !isLookedInto(response) ? plannedHead(response, head) : undefined;
      const outlook = planned && outlookOf(planned, looks, request.method);
      if (outlook === "failed") return take(head);
      if (outlook === "unsaid") return look(planned!, written);
      foldHead(response, head, isEmpty, options);
      if (head.length > 1 && !("stream" in response) && isValidHead(head)) wait(head);
      else open();
    }

    /** node:http sends a head along with the first content: until then it can be taken back, but for one that flushHeaders() implied. */
    function wait(head: Head) {
      state = "waiting";
      Object.assign(response, ending, { _implicitHeader });
      given = head;
      pretend(response, "headersSent");
      beforeAnswer(response, speak);
    }

    /** express-session, and others of its age, ask for it where `_header` is missing. */
    function _implicitHeader() {
      if (state === "waiting") open();
      else response.writeHead(response.statusCode);
    }

    function open() {
      state = "open";
      if (given) sendHead(response, writeHead, given);
    }

    function take(head: Head) {
      setFields(response, head);
      const { body } = hush();
      const finding = upstreamFinding({ statusCode: head[0] as number, headers: response.getHeaders(), body }, looks);
      answered = finding.then((found) => void (state === "taken" && tell(new UpstreamError(found, undefined))));
    }

    /** What FunctionGraph calls a success may go on once it is read. */
    function look({ status: statusCode, headers }: ReplyHead, written: Head | undefined) {
      given = written;
      const { body, letGo, restoreHead } = hush({ calls: written ? [["writeHead", written]] : [], reopen });
      const looked = failureOf({ statusCode, headers, body }, looks).then((found) => {
        if (!isKept(state)) return;
        if (!found) return void letGo();
        state = "taken";
        restoreHead();
        setFields(response, written ?? []);
        tell(new UpstreamError(found, undefined));
      });
      answered = looked.catch(tell); // what cannot be sent
    }

    function reopen(): Saying {
      [state, given, reply] = ["held", undefined, undefined];
      return { ...writing, ...ending };
    }

    function hush(noted?: Noted): TakenReply {
      state = noted ? "looking" : "taken";
      Object.assign(response, ending);
      beforeAnswer(response, speak);
      response.once("close", () => isKept(state) && close()); // the client has left
      return (reply = takeReply(response, looks.limit, noted));
    }

    /** An answer of ours goes out beneath whatever the writer has wrapped around the response. */
    function speak() {
      if (state === "waiting") hush();
      if (state !== "taken" && state !== "looking") return;
      reply!.giveBack();
      Object.assign(response, writing);
      keep();
      state = "open";
    }

    function tell(thrown: unknown) {
      answer(respond, thrown, request, response, { ...host.facts(subject), origin: "upstream" });
    }

    /** Of a success that broke before anything of it was sent, nothing is left. */
    function tellInstead(reason: unknown) {
      if (hasLeft(request)) return;
      if (state !== "looking") hush();
      resetFields(response, before);
      tell(brokenOff(reason, Number(given?.[0] ?? response.statusCode)));
    }

    function close() {
      state = "over";
      reply!.close();
    }

    /** A stream that was piped into the response has failed. */
    function broke(reason: unknown) {
      if (hasLeft(request)) return;
      if (state === "taken") setImmediate(reply!.finish);
      else if (state === "waiting" || state === "looking") tellInstead(reason);
      else if (state === "held") setImmediate(unlessMended, reason);
      else if (state === "open" && !response.writableEnded) {
        tell(brokenOff(reason, response.statusCode));
        silence(response);
      }
    }

    /** A writer may have something else to send. */
    function unlessMended(reason: unknown) {
      if (state === "held" && !isAnswered(response) && !sources.areOpen()) tellInstead(reason);
    }

    function release() {
      sources.ignore();
      if (state === "held") open();
    }

    // stream.pipeline() destroys the response when a source of it fails.
    const sources = watchSources(request, response, { piped: () => state === "held" && Object.assign(response, ending), broke });
    if (state === "held") Object.assign(response, writing);
    const keep = () => keepLive(response, before, sources.brokenFields());
    const isWritten = () => response.headersSent || sources.wereThere();
    const fold = (isEmpty: boolean) => foldHead(response, [response.statusCode], isEmpty, options);
    return { release, isWritten, answered: () => answered, keepLive: keep, fold };
  };
}
