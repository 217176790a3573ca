import { functionGraph } from "../contract/contract.js";
import { dropCredentials } from "../http/header-fields.js";
import { changeProblem, toProblem, type Problem } from "../problem/problem.js";
import { normalizeError } from "../recognisers/normalize-error.js";
import { guard } from "../util/guard-hook.js";
import { isRequestId } from "../util/sanitize.js";
import { warn } from "../util/stderr.js";
import { addErrorHeaders } from "./error-headers.js";
import { checkOptions, type ResponderOptions } from "./options.js";
import { createRender, type Content } from "./render.js";
import { createReport, type ProblemContext } from "./report.js";
import { instanceOf, type Facts } from "./request-facts.js";
import { requestIdOf } from "./request-id.js";

/** All that an adapter has to write. Header names are in lower case. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Turns what was thrown into what is written; knows how to tell the operator when nothing can be written any more. */
export interface Responder {
  (thrown: unknown, facts: Facts): Rendered;
  /** The same for a problem that is at hand. */
  readonly render: (problem: Problem, facts: Facts) => Rendered;
  /** For a failure after the response has begun: tells the operator and renders nothing. */
  readonly report: (thrown: unknown, facts: Facts) => void;
  /** Whether a status may leave as it is. */
  readonly documents: (status: number) => boolean;
  /** The 500 that is answered when all else fails: nothing that was thrown, asked or set is in it. Reports to nobody. */
  readonly plain: () => Rendered;
}

/** What an adapter may say of itself. */
export interface Host {
  /** Whose options a wrong one is blamed on. Default "createResponder". */
  readonly caller?: string;
  /** Told of every 5xx besides `onError`. Returns whether anybody heard of it: else it may go to stderr. */
  readonly onServerError?: (problem: Problem, context: ProblemContext) => boolean;
}

/**
 * The whole product but for the framework: what an adapter calls with what it caught.
 * The responder never throws, and no hook of the user's changes that, nor facts or a thrown value that are not what they should be.
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example const { status, headers, body } = createResponder()(thrown, request);
 */
export function createResponder(options: ResponderOptions = {}, host: Host = {}): Responder {
  checkOptions(options, host.caller ?? "createResponder");
  const { contract = functionGraph, service = "FSS", format = "problem" } = options;
  const { challenge = "Bearer", proxyName, proxyDetails = false } = options;
  const own = { challenge, proxyName, proxyDetails };
  const relayStatuses = new Set(options.relayStatuses);
  const { map, requestId, onError, upstreamCredentials } = options;

  const chosenId = requestId && guard("requestId", requestId, (id) => (isRequestId(id) ? id : undefined));
  const mapped = map && guard("map", map, (change, found) => changeProblem(found, change, contract, service));
  const render = createRender(format);
  const report = createReport(onError, host.onServerError);

  function normalize(thrown: unknown, { headers, aborted = false, complete = true, origin }: Facts): Problem {
    const encodedRequest = headers["content-encoding"] !== undefined;
    const problem = normalizeError(thrown, {
      contract,
      service,
      relayStatuses,
      origin,
      clientGone: aborted,
      unreadRequest: !complete,
      encodedRequest,
    });
    return upstreamCredentials === "drop" ? withoutCredentials(problem) : problem;
  }

  function settle(found: Problem, facts: Facts, responseStarted: boolean) {
    const { method, url } = facts;
    const context: ProblemContext = {
      requestId: chosenId?.(facts) ?? requestIdOf(facts, found.requestId),
      method: typeof method === "string" ? method : undefined,
      instance: instanceOf(url), // an upstream's is for the body alone: it would write this gateway's log
      responseStarted,
      facts,
    };
    const problem = mapped?.(found, context) ?? found;
    report(problem, context);
    return { problem, context };
  }

  function answer(found: Problem, facts: Facts): Rendered {
    const { accept } = facts.headers;
    const { problem, context } = settle(found, facts, false);
    const { requestId } = context;
    const { instance = context.instance } = problem;
    const content = render(problem, { requestId, instance, accept: typeof accept === "string" ? accept : undefined });
    const answered = rendered(problem.status, requestId, content);
    try {
      addErrorHeaders(answered.headers, problem, facts, own);
    } catch (failure) {
      warn("the facts of a request could not be read", failure); // once the problem is reported: not to be reported anew
      addErrorHeaders(answered.headers, problem, { headers: {} }, own);
    }
    return answered;
  }

  function plain(): Rendered {
    const problem = toProblem({ status: 500 }, undefined, contract, service);
    const requestId = requestIdOf({ headers: {} });
    const renderPlainly = createRender(format === "functiongraph" ? format : "problem");
    return rendered(problem.status, requestId, renderPlainly(problem, { requestId, instance: "/", accept: undefined }));
  }

  const nothing = () => {};
  return Object.assign(
    (thrown: unknown, facts: Facts) => withFacts(facts, (sound) => answer(normalize(thrown, sound), sound), plain),
    {
      render: (problem: Problem, facts: Facts) => withFacts(facts, (sound) => answer(problem, sound), plain),
      report: (thrown: unknown, facts: Facts) =>
        withFacts(facts, (sound) => void settle(normalize(thrown, sound), sound, true), nothing),
      documents: (status: number) => Object.hasOwn(contract.statuses, status),
      plain,
    },
  );
}

/** With what every error response has. */
function rendered(status: number, requestId: string, { contentType, body }: Content) {
  const headers: Record<string, string> = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    "content-type": contentType,
    "content-length": String(Buffer.byteLength(body)),
  };
  return { status, headers, body };
}

/** An error of an HTTP client, too, may have a challenge of its upstream's. */
function withoutCredentials(problem: Problem): Problem {
  if (problem.upstreamStatus === undefined || !problem.headers) return problem;
  const headers = { ...problem.headers };
  dropCredentials(headers);
  return { ...problem, headers };
}

/**
 * All else is guarded where it is used; facts that are not what they should be cost the answer its details, and a problem that is none all
 * that it says.
 * @param last for when nothing else can be done
 */
function withFacts<R>(facts: Facts, act: (facts: Facts) => R, last: () => R): R {
  try {
    return act(facts);
  } catch (failure) {
    warn("the facts of a request could not be read", failure);
  }
  try {
    return act({ headers: {} });
  } catch (failure) {
    warn("an error could not be rendered", failure);
    return last();
  }
}
