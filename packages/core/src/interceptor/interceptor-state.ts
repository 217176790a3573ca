import type { OutgoingHttpHeaders } from "node:http";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import type { Head } from "../node/response-head.js";
import type { TakenReply } from "./captured-reply.js";
import type { Sources } from "./piped-sources.js";
import type { Ending, Writing } from "./response-methods.js";

/** What an adapter may do with a response that is held. */
export interface Held {
  /** Leaves it alone from now on, unless an error reply was taken already. */
  readonly release: () => void;
  /** Whether somebody writes to it, or pipes into it. */
  readonly isWritten: () => boolean;
  /** Settles when such a reply has been answered; undefined when none was taken. Never rejects. */
  readonly answered: () => Promise<void> | undefined;
  /** For an error reply that was set on the response but not written: of its fields, only those stay that outlive it. */
  readonly keepLive: () => void;
  /** For a success that was set, too: folds its status and drops its credentials, if asked for. */
  readonly fold: (isEmpty: () => boolean) => void;
}

/** A response that is held, and how far it has come. */
export interface Hold<Subject> {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  readonly subject: Subject;
  /** Its fields when it came. */
  readonly before: OutgoingHttpHeaders;
  /** Its ways of writing when it came: what they are told is sent. */
  readonly beneath: Writing & Ending;
  state: State;
  /** The head of a success that waits. */
  given: Head | undefined;
  reply: TakenReply | undefined;
  answered: Promise<void> | undefined;
  /** What was piped into it. */
  sources: Sources | undefined;
  isReleased: boolean;
}

/** A response that nothing was written to yet, or one that has begun. */
export function holdOf<Subject>(request: NodeRequest, response: NodeResponse, subject: Subject): Hold<Subject> {
  const { writeHead, write, end, flushHeaders, destroy } = response as unknown as Writing & Ending;
  return {
    request,
    response,
    subject,
    before: response.getHeaders(),
    beneath: { writeHead, write, end, flushHeaders, destroy },
    state: response.headersSent ? "open" : "held",
    given: undefined,
    reply: undefined,
    answered: undefined,
    sources: undefined,
    isReleased: false,
  };
}

/**
 * What becomes of what is written:
 * - held: nobody knows yet what comes
 * - waiting: the head of a success was given, but nothing is sent yet
 * - open: what is written is sent
 * - looking: a success is read before it is sent, since only its content tells whether it is one
 * - said: the same, and all of it has come. Its writer holds it for sent, so what fails from here on but its content is only told
 * - taken: an error reply is read instead of being sent
 * - over: answered in its place; what else is written is dropped
 */
export type State = "held" | "waiting" | "looking" | "said" | "open" | "taken" | "over";

/** Whether what is written is kept from leaving, while it is read. */
export function isKept(state: State): boolean {
  return state === "looking" || state === "said" || state === "taken";
}

/** Its reply was answered in its writer's place, or the client has left. */
export function close(hold: Pick<Hold<unknown>, "state" | "reply">): void {
  hold.state = "over";
  hold.reply!.close();
}
