import type { NodeResponse } from "../node/exchange.js";
import type { Head } from "../node/response-head.js";
import { close, type Hold } from "./interceptor-state.js";
import { closedEarly } from "./piped-sources.js";
import type { Ending, Writing } from "./response-methods.js";

/** What becomes of a response that is held when something is written to it. */
interface Steps<Subject> {
  /** Its status is known. */
  readonly decide: (hold: Hold<Subject>, isEmpty: boolean, written?: Head) => void;
  /** Its content has come. */
  readonly open: (hold: Hold<Subject>) => void;
  /** It broke before that. */
  readonly tellInstead: (hold: Hold<Subject>, reason: unknown) => void;
}

/** What stands in for a response's own ways of writing while it is held, and for those of ending its wait for content. */
export function createWays<Subject>({ decide, open, tellInstead }: Steps<Subject>) {
  // They stay: to put back what was there would cost more than to go through them, and others may have wrapped them.
  function writingOf(hold: Hold<Subject>): Writing {
    const { request, response, beneath } = hold;
    return {
      writeHead(...head) {
        if (hold.state === "waiting") open(hold);
        else if (hold.state === "held") decide(hold, false, head);
        if (hold.state === "open") beneath.writeHead.apply(response, head);
        return response;
      },
      write(...args) {
        if (hold.state === "held" && hold.sources?.areGivenUp()) tellInstead(hold, closedEarly());
        return isOpen(hold) ? beneath.write.apply(response, args) : hold.reply!.write(args);
      },
      end(...args) {
        const isEmpty = request.method !== "HEAD" && (!args[0] || typeof args[0] === "function");
        if (isOpen(hold, isEmpty)) beneath.end.apply(response, args);
        else hold.reply!.end(args);
        if (hold.state === "looking") hold.state = "said";
        if (hold.reply && hold.state === "open") close(hold); // it was our answer
        return response;
      },
    };
  }

  function endingOf(hold: Hold<Subject>): Ending {
    const { response, beneath } = hold;
    return {
      flushHeaders: () => (isOpen(hold) ? beneath.flushHeaders.call(response) : hold.reply!.flush()),
      destroy(error) {
        const { state } = hold;
        if (error && (state === "held" || state === "waiting" || state === "looking")) tellInstead(hold, error);
        else if (state === "taken") setImmediate(hold.reply!.finish); // unless the writer says more of it until then
        else if (state !== "over" && state !== "said") beneath.destroy.call(response, error);
        return response;
      },
    };
  }

  /** Whether content goes on. The first implies a head, if none was given. */
  function isOpen(hold: Hold<Subject>, isEmpty = false): boolean {
    if (hold.state === "held") decide(hold, isEmpty);
    else if (hold.state === "waiting") open(hold);
    return hold.state === "open";
  }

  /** What node:http sends a head by that nobody has given: for who writes past us, by a way that was kept from before. */
  function impliedOf(hold: Hold<Subject>) {
    return () => {
      if (hold.state === "waiting") open(hold);
      else hold.response.writeHead(hold.response.statusCode);
    };
  }

  return { writingOf, endingOf, impliedOf };
}

// One by one, since Object.assign() takes several times as long, on every request.

export function setWriting(response: NodeResponse, { writeHead, write, end }: Writing): void {
  const ways = response as unknown as Writing;
  ways.writeHead = writeHead;
  ways.write = write;
  ways.end = end;
}

export function setEnding(response: NodeResponse, { flushHeaders, destroy }: Ending): void {
  const ways = response as unknown as Ending;
  ways.flushHeaders = flushHeaders;
  ways.destroy = destroy;
}

/** express-session, and others of its age, ask for it, too. */
export function setImplied(response: NodeResponse, imply: () => void): void {
  (response as { _implicitHeader?: () => void })._implicitHeader = imply;
}
