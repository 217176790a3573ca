import type { CatalogueRow } from "./catalogue-row.js";
import { folds, upstreamFolds, type Fold } from "./folds.js";

/**
 * Describes one status of a contract.
 * @example
 * const row: StatusRow = { title: "Too Many Requests", description: "Slow down." };
 * const contract = extendContract(functionGraph, { 429: row });
 */
export interface StatusRow {
  /** The documented message, sent as `title`; "-" for a success. */
  readonly title: string;
  /** One sentence for the client, sent as `detail` when the thrower gave none. */
  readonly description: string;
}

/**
 * Lists the statuses that may leave, and where every other status is folded. Readonly plain data.
 * @example
 * const contract: Contract = extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "Slow down." } });
 * app.use(fgErrors({ contract }));
 */
export interface Contract {
  readonly name: string;
  readonly statuses: Readonly<Record<number, StatusRow>>;
  /** Folds of this gateway's own statuses that are not in `statuses`. */
  readonly folds: Readonly<Record<number, Fold>>;
  /**
   * Folds of statuses that an upstream answered. They apply before `statuses`, since an upstream's 407 does not concern this
   * gateway's client.
   */
  readonly upstreamFolds: Readonly<Record<number, Fold>>;
  /** Prefix of the generic codes, `<service>.0<status>`, where the option `service` says nothing else. Default "FSS". */
  readonly service?: string;
  /** Start of the URIs of the problems in `problems`. */
  readonly types?: string;
  /** Problems that an organisation has defined, by key: see `defineContract()`. */
  readonly problems?: Readonly<Record<string, CatalogueRow>>;
}

/**
 * Lists FunctionGraph's status codes: the default contract. Codes and titles are as documented (API reference, appendix "Status
 * Codes"); the descriptions are ours.
 * @example functionGraph.statuses[404].title // "Not Found"
 */
export const functionGraph: Contract = {
  name: "functiongraph",
  statuses: {
    200: { title: "-", description: "The request succeeded." },
    204: { title: "-", description: "The request succeeded and there is nothing to return." },
    400: { title: "Bad Request", description: "The request is malformed or not acceptable as it stands." },
    401: { title: "Unauthorized", description: "Valid credentials are needed for this request." },
    403: { title: "Forbidden", description: "This request is not permitted." },
    404: { title: "Not Found", description: "Nothing was found at this address." },
    405: { title: "Method Not Allowed", description: "This address does not take the request's method." },
    406: { title: "Not Acceptable", description: "No representation fits what the request accepts." },
    407: { title: "Proxy Authentication Required", description: "The proxy needs valid credentials first." },
    408: { title: "Request Timeout", description: "The request did not arrive in time." },
    409: { title: "Conflict", description: "The request conflicts with the current state." },
    500: { title: "Internal Server Error", description: "Something went wrong on our side." },
    501: { title: "Not Implemented", description: "The server does not know how to serve such a request." },
    502: { title: "Bad Gateway", description: "An upstream server could not be reached or gave no valid answer." },
    503: { title: "Service Unavailable", description: "The service cannot take the request just now; try again later." },
    504: { title: "Gateway Timeout", description: "An upstream server did not answer in time." },
  },
  folds,
  upstreamFolds,
};

/**
 * Extends a contract with more rows, for a team that documents, say, 422 and 429. A status that gets a row is no longer folded.
 * @param base the contract to extend, which stays as it is
 * @param rows error statuses, 400 to 599, with a title and a description
 * @returns a new contract, with the problems of the base
 * @throws TypeError when a row's status or texts are not valid
 * @example extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "Slow down." } })
 */
export function extendContract<Base extends Contract>(base: Base, rows: Readonly<Record<number, StatusRow>>): Base {
  const added = Object.entries(rows);
  for (const [status, row] of added) {
    if (!/^[45]\d\d$/.test(status)) throw new TypeError(`extendContract: ${status} is not an error status (400 to 599)`);
    for (const text of ["title", "description"] as const)
      if (typeof row?.[text] !== "string" || row[text] === "")
        throw new TypeError(`extendContract: row ${status} needs a non-empty string as its ${text}`);
  }
  const without = (table: Contract["folds"]) =>
    Object.fromEntries(Object.entries(table).filter(([status]) => !Object.hasOwn(rows, status)));
  return {
    ...base,
    name: `${base.name}+${added.map(([status]) => status).join("+")}`,
    statuses: { ...base.statuses, ...rows },
    folds: without(base.folds),
    upstreamFolds: without(base.upstreamFolds),
  };
}

/**
 * Whether a value is a contract: it has a text for each status, 400 and 500 among them, folds lead to its own error statuses, and each problem is a
 * function that makes an error.
 * @example isContract({ statuses: {} }) // false
 */
export function isContract(value: unknown): value is Contract {
  const { statuses, folds, upstreamFolds, problems = {} } = (value ?? {}) as Partial<Contract>;
  if (![statuses, folds, upstreamFolds].every((table) => typeof table === "object" && table !== null)) return false;
  if (typeof problems !== "object" || Object.values(problems ?? {}).some((row) => typeof row !== "function")) return false;
  const isFilled = (text: unknown) => typeof text === "string" && text !== "";
  return (
    [400, 500].every((status) => Object.hasOwn(statuses!, status)) &&
    Object.values(statuses!).every((row) => isFilled(row?.title) && isFilled(row?.description)) &&
    Object.values({ ...folds, ...upstreamFolds }).every((fold) => fold?.to >= 400 && Object.hasOwn(statuses!, fold.to))
  );
}

/**
 * Whether a status is an error, or no status at all (RFC 9110 section 15: 600 and above are treated as a 5xx).
 * @example isErrorStatus(304) // false
 */
export function isErrorStatus(status: number): boolean {
  return !(status >= 100 && status <= 399);
}

/** Whether a status says that the server has failed (RFC 9110 section 15.6). */
export function isServerErrorStatus(status: number | undefined): boolean {
  return status !== undefined && status >= 500;
}

/**
 * Folds a success to a documented one, for a team that closes its table on that side too. Partial content (206) stays, since a client would
 * mistake a part for the whole, and so does every status that is no success: 1xx, 3xx, errors.
 * @param isEmpty whether the response is known to have no content
 * @example foldSuccess(functionGraph, 201, false) // 200
 */
export function foldSuccess(contract: Contract, status: number, isEmpty: boolean): number {
  const stays = status < 200 || status > 299 || status === 206 || Object.hasOwn(contract.statuses, status);
  return stays ? status : status === 205 || isEmpty ? 204 : 200;
}

/**
 * Whether a response may have content (RFC 9110 section 6.4.1; 205: section 15.3.6).
 * @param method of the request
 * @example mayHaveContent("HEAD", 200) // false
 */
export function mayHaveContent(method: string | undefined, status: number): boolean {
  return method !== "HEAD" && status >= 200 && status !== 204 && status !== 205 && status !== 304;
}

/**
 * Folds an error status to a documented one.
 * @param upstream whether an upstream answered it, rather than this gateway
 * @example foldStatus(functionGraph, 429) // 503
 */
export function foldStatus(contract: Contract, status: number, upstream = false): number {
  const valid = Number.isInteger(status) && status >= 400 && status <= 599;
  if (!valid) return nearestDocumented(contract, upstream ? 502 : 500);
  if (upstream && Object.hasOwn(contract.upstreamFolds, status))
    return nearestDocumented(contract, contract.upstreamFolds[status]!.to);
  if (Object.hasOwn(contract.statuses, status)) return status;
  if (Object.hasOwn(contract.folds, status)) return nearestDocumented(contract, contract.folds[status]!.to);
  return status < 500 ? 400 : 500; // RFC 9110 section 15: an unknown code means its class's x00
}

/** Gives a fold's target, or its class's x00: a contract written by hand may lack the target. */
function nearestDocumented(contract: Contract, status: number): number {
  return Object.hasOwn(contract.statuses, status) ? status : status < 500 ? 400 : 500;
}
