import type { OutgoingHttpHeaders } from "node:http";
import type { ReplyHead } from "../http/reply-head.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import type { Head } from "../node/response-head.js";
import type { CapturedReply } from "./captured-reply.js";
import { transition, type State } from "./interceptor-state.js";
import type { Sources } from "./piped-sources.js";
import type { EndingMethods, WritingMethods } from "./response-methods.js";

/** Gives an adapter control of an intercepted response. */
export interface InterceptedResponse {
  /** Stops the interception, unless an error reply was captured already. */
  readonly release: () => void;
  /** Whether somebody writes to it, or pipes into it. */
  readonly isWritten: () => boolean;
  /** Settles when a captured reply has been answered; undefined when none was captured. Never rejects. */
  readonly answered: () => Promise<void> | undefined;
  /** Removes the fields that do not survive an error reply that was set on the response but not written. */
  readonly keepSurvivingFields: () => void;
  /** Sets the head of an error reply that was set but not written, and whose body is left alone. */
  readonly leaveBody: (head: ReplyHead) => void;
  /**
   * Settles the head of a success that was set but not written, as that of one that is written.
   * @throws UpstreamError for a head that must not leave
   */
  readonly settle: (isEmpty: () => boolean) => void;
}

/** Describes an intercepted response and its state. */
export interface Interception<Subject> {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  readonly subject: Subject;
  /** The gateway's own fields: those that were set when the interception began. */
  readonly ownFields: OutgoingHttpHeaders;
  /** The original methods: those that the response had when the interception began. They send what they are given. */
  readonly original: WritingMethods & EndingMethods;
  state: State;
  /** The head that was given for a success, as long as it is not sent. */
  head: Head | undefined;
  /** The fields of a withheld success that its response shows. */
  shownFields: unknown;
  captured: CapturedReply | undefined;
  answered: Promise<void> | undefined;
  /** The streams that were piped into it. */
  sources: Sources | undefined;
  isReleased: boolean;
}

/** Starts the interception of a response; one that has begun passes through. */
export function createInterception<Subject>(
  request: NodeRequest,
  response: NodeResponse,
  subject: Subject,
): Interception<Subject> {
  const { writeHead, write, end, flushHeaders, destroy } = response as unknown as WritingMethods & EndingMethods;
  return {
    request,
    response,
    subject,
    ownFields: response.getHeaders(),
    original: { writeHead, write, end, flushHeaders, destroy },
    state: response.headersSent ? "passthrough" : "undecided",
    head: undefined,
    shownFields: undefined,
    captured: undefined,
    answered: undefined,
    sources: undefined,
    isReleased: false,
  };
}

/** Closes an interception: its reply was answered in its writer's place, or the client has left. */
export function closeInterception(interception: Pick<Interception<unknown>, "state" | "captured">): void {
  transition(interception, "close");
  interception.captured!.rejectWriter();
}
