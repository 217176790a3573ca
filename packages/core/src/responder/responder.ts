import { functionGraph } from "../contract/contract.js";
import { dropCredentials } from "../http/header-fields.js";
import type { Finding } from "../problem/finding.js";
import type { ProblemBody } from "../problem/problem-body.js";
import { changeProblem, toProblem, type Problem } from "../problem/problem.js";
import { normalizeChecked } from "../recognisers/normalize-error.js";
import { guardHook } from "../util/guard-hook.js";
import { writeWarning } from "../util/warnings.js";
import { dropQuery } from "./drop-query.js";
import { addErrorHeaders, renderResponse, sentRetryAfter } from "./error-headers.js";
import { checkOptions, type ResponderOptions } from "./options.js";
import { bodyMembers, createRender, plainFormat } from "./render.js";
import { createReport, ReportedContext, type ProblemContext } from "./report.js";
import { instanceOf, type Facts } from "./request-facts.js";
import { chooseRequestId, givenRequestId, validId } from "./request-id.js";
import { createTranslator } from "./translate.js";

/**
 * Contains all that an adapter has to write. Header names are in lower case.
 * @example const { status, headers, body }: Rendered = createResponder()(error, request);
 */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Turns a thrown value into what is written, and reports it.
 * @example const respond: Responder = createResponder({ service: "SHOP" });
 */
export interface Responder {
  (thrown: unknown, facts: Facts): Rendered;
  /** Renders a problem that is at hand, and reports it. */
  readonly render: (problem: Problem, facts: Facts) => Rendered;
  /** Reports a failure after the response has begun, and renders nothing. Returns the problem's status; undefined if it could not be reported. */
  readonly report: (thrown: unknown, facts: Facts, responseStarted?: boolean) => number | undefined;
  /**
   * Reports a failure, and describes it by the members of the default body, for errors of another form: GraphQL's. Default facts: none.
   * @example const { error_code: code, detail: message } = respond.describe(thrown);
   */
  readonly describe: (thrown: unknown, facts?: Facts) => ProblemBody;
  /** Returns the id that the option, the request or its response gives; undefined if there is none. */
  readonly identify: (facts: Facts) => string | undefined;
  /** Whether a status may leave as it is. */
  readonly documents: (status: number) => boolean;
  /** Renders the 500 that is answered when all else fails: without anything that was thrown, requested or set. It is reported to nobody. */
  readonly plain: () => Rendered;
}

/**
 * Describes an adapter.
 * @example const host: Host = { caller: "createGateway", onServerError: (problem) => server.emit("problem", problem) };
 */
export interface Host {
  /** Name of the function in errors about options. Default "createResponder". */
  readonly caller?: string;
  /** Receives every 5xx besides `onError`. Returns whether anybody handled it: else it may go to stderr. */
  readonly onServerError?: (problem: Problem, context: ProblemContext) => boolean;
}

/**
 * Creates the responder that an adapter calls with what it caught: the whole product except the framework. The responder never throws,
 * whatever a user's hook does, and whatever the facts or the thrown value are.
 * @param options all optional, with the defaults in `ResponderOptions`
 * @param host describes the adapter
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example const { status, headers, body } = createResponder()(thrown, request);
 */
export function createResponder(options: ResponderOptions = {}, host: Host = {}): Responder {
  const { caller = "createResponder" } = host;
  checkOptions(options, caller);
  const { contract = functionGraph, service = contract.service ?? "FSS", format = "problem" } = options;
  const { challenge = "Bearer", proxyName, proxyDetails = false } = options;
  const ownFields = { challenge, proxyName, proxyDetails };
  const relayStatuses = new Set(options.relayStatuses);
  const { map, requestId, onError, upstreamCredentials } = options;

  const userRequestId = requestId && guardHook("requestId", requestId, validId);
  const mapped = map && guardHook("map", map, (change, found) => changeProblem(found, change, contract, service));
  const render = createRender(format);
  const translator = createTranslator(options, caller);
  const report = createReport(onError, host.onServerError);

  function normalize(thrown: unknown, { headers, aborted = false, complete = true, origin, responseStatus }: Facts): Problem {
    if (aborted) return toProblem(clientLeft, thrown, contract, service);
    const encodedRequest = headers["content-encoding"] !== undefined;
    const problem = normalizeChecked(thrown, {
      contract,
      service,
      relayStatuses,
      origin,
      unreadRequest: !complete,
      encodedRequest,
      responseStatus,
    });
    return upstreamCredentials === "drop" ? withoutCredentials(problem) : problem;
  }

  function reportProblem(found: Problem, facts: Facts, responseStarted: boolean) {
    const { method, url } = facts;
    const context = new ReportedContext({
      requestId: validId(facts.requestId) ?? userRequestId?.(facts) ?? chooseRequestId(facts, found.requestId),
      method: typeof method === "string" ? method : undefined,
      instance: instanceOf(url), // an upstream's path is for the body alone: here it could forge this gateway's log
      responseStarted,
      facts,
    });
    const fit = dropQuery(found, url, contract);
    const problem = mapped?.(fit, context) ?? fit;
    report(problem, context);
    return { problem, context };
  }

  function reportAndRender(found: Problem, facts: Facts): Rendered {
    const { accept } = facts.headers;
    const translate = translator?.(facts.headers);
    const { problem: reported, context } = reportProblem(found, facts, false);
    const { problem, language } = translate?.(reported) ?? { problem: reported };
    const { requestId } = context;
    const { instance = context.instance } = problem;
    const [accepted, retryAfter] = [typeof accept === "string" ? accept : undefined, sentRetryAfter(problem, facts)];
    const content = render(problem, { requestId, instance, accept: accepted, language, retryAfter });
    const answered = renderResponse(problem.status, requestId, content);
    try {
      addErrorHeaders(answered.headers, problem, facts, ownFields, language);
    } catch (failure) {
      writeWarning("FG_ERRORS_INTERNAL", "the facts of a request could not be read", failure); // the problem is reported: it must not be reported again
      addErrorHeaders(answered.headers, problem, { headers: {} }, ownFields, language);
    }
    return answered;
  }

  function reportAndDescribe(found: Problem, facts: Facts): ProblemBody {
    const translate = translator?.(facts.headers);
    const { problem, context } = reportProblem(found, facts, false);
    return bodyMembers(translate?.(problem).problem ?? problem, context.requestId, context.instance);
  }

  const unknown = () => toProblem({ status: 500 }, undefined, contract, service);

  function plain(): Rendered {
    const [problem, requestId] = [unknown(), chooseRequestId({ headers: {} })];
    const context = { requestId, instance: "/", accept: undefined, language: undefined, retryAfter: undefined };
    return renderResponse(problem.status, requestId, createRender(plainFormat(format))(problem, context));
  }

  const nothing = () => undefined;
  return Object.assign(
    (thrown: unknown, facts: Facts) => withFacts(facts, (sound) => reportAndRender(normalize(thrown, sound), sound), plain),
    {
      render: (problem: Problem, facts: Facts) => withFacts(facts, (sound) => reportAndRender(problem, sound), plain),
      report: (thrown: unknown, facts: Facts, responseStarted = true) =>
        withFacts(facts, (sound) => reportProblem(normalize(thrown, sound), sound, responseStarted).problem.status, nothing),
      describe: (thrown: unknown, facts: Facts = { headers: {} }) =>
        withFacts(
          facts,
          (sound) => reportAndDescribe(normalize(thrown, sound), sound),
          () => bodyMembers(unknown(), chooseRequestId({ headers: {} }), "/"),
        ),
      identify: (facts: Facts) => userRequestId?.(facts) ?? givenRequestId(facts),
      documents: (status: number) => Object.hasOwn(contract.statuses, status),
      plain,
    },
  );
}

/**
 * Reports that the client has left, whatever failed then: whoever calls an upstream notices it by another error, and nobody waits for an
 * answer. A fault that came before the client left was reported before.
 */
const clientLeft: Finding = { status: 499, routine: true };

/** Removes challenges and the like from a problem of an upstream. An HTTP client's error may have an upstream's challenge, too. */
function withoutCredentials(problem: Problem): Problem {
  if (problem.upstreamStatus === undefined || !problem.headers) return problem;
  const headers = { ...problem.headers };
  dropCredentials(headers);
  return { ...problem, headers };
}

/**
 * Runs a step with the request's facts. All else is guarded where it is used; invalid facts cost the answer its details, and an
 * invalid problem costs it all that it says.
 * @param last for when nothing else can be done
 */
function withFacts<R>(facts: Facts, act: (facts: Facts) => R, last: () => R): R {
  try {
    return act(facts);
  } catch (failure) {
    writeWarning("FG_ERRORS_INTERNAL", "the facts of a request could not be read", failure);
  }
  try {
    return act({ headers: {} });
  } catch (failure) {
    writeWarning("FG_ERRORS_INTERNAL", "an error could not be rendered", failure);
    return last();
  }
}
