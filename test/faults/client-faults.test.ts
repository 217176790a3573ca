import { describe, expect, it } from "vitest";
import { proxyErrors, type FaultType } from "../../packages/core/src/proxy-errors/proxy-errors.js";
import { patience, scaled } from "../patience.js";
import { outcome } from "../recognisers/outcome.js";
import { http1, http2, type Call } from "./client-calls.js";
import { faults, type Fault, type Upstream } from "./index.js";

/** A type, the status of a reply that the client takes for sound, or not a word. */
type Outcome = FaultType | number | "nothing";

const replied = "as it was";
/** Node emits the error on the request and the response in no particular order. */
const cut = expect.stringMatching(/^(?:connection_terminated|http_response_incomplete)$/) as FaultType;
const undici = /^(?:undici|fetch)/;
/** Node's own fetch(), where it is of that release of undici: 6 in Node 20, 7 in 24, 8 in 26. */
const fetchOf = (release: string) => (process.versions["undici"]?.split(".")[0] === release ? /^fetch/ : /(?!)/);
const undicisRequest = /^undici \d(?: stream| pipeline| h2)?$/;

/** Where a client does not say what happened. The first row that fits counts. */
const exceptions: readonly (readonly [faults: RegExp, clients: RegExp, outcome: Outcome | typeof replied])[] = [
  // A limit for the whole call, or a signal, does not say what it cut short; axios ends the stream and then finds it ended.
  [/^(?:connect timeout|TLS: no answer)$/, /^(?:node:|axios|got$|got stream|fetch signal)/, "http_response_timeout"],
  [/no more/, /^(?:node:|got$|got stream|fetch signal)/, "http_response_timeout"],
  [/no more/, /^axios/, "http_response_incomplete"],
  [/no head|half a head|TLS: no answer/, /^http-proxy$/, "connection_terminated"], // which it did itself

  // The alert comes after the handshake, and undici reads nothing before it has written.
  [/^TLS 1\.3/, undici, "connection_terminated"],
  // A 1xx may come unasked (RFC 9110 section 15.2).
  [/100/, undici, "http_protocol_error"],
  // HTTP/2 of Node takes an end without an error for a whole response, or for none.
  [/^h2: CANCEL in the content/, /./, 200],
  [/^h2: closed in the content/, /^node:http2$/, 200],
  [/^h2: (?:CANCEL|NO_ERROR|GOAWAY and no head|closed)/, /^node:http2$/, "nothing"],
  // The error alone does not know that the response had begun.
  [/^(?:reset|closed) .*(?:content|chunk)|^h2: .* in the content/, undicisRequest, "connection_terminated"],
  [/^reset .*(?:content|chunk)/, /^(?:node:http|axios)/, cut],
  [/^h2: (?:INTERNAL_ERROR|GOAWAY) in the content/, /^node:http2$/, "connection_terminated"],
  // undici 8 asks again, on a stream that gets no answer.
  [/^h2: REFUSED_STREAM/, fetchOf("8"), "http_response_timeout"],
  // axios forgets its request's errors once the response is handed out.
  [/chunk/, /^axios stream$/, "http_response_incomplete"],

  // An upgrade that nobody listens for is the end of the connection, and of got's timers.
  [/^101/, /^(?:node:http)$/, "nothing"],
  [/^101/, /^axios/, "http_response_timeout"],

  [/^corrupt/, /^(?:node:http|http-proxy|undici \d(?: stream| pipeline)?)$/, replied], // do not decode
  [/^truncated/, /^(?!got)/, replied], // nor do these mind if there is less than there should be
  [/field name$|^folded/, /^undici 6/, replied],
  [/field name$|^folded/, fetchOf("6"), replied],
  [/^204/, /^(?:undici 6|undici 7 fetch|fetch|axios stream)/, replied],
  [/^status 099/, /^(?:node:http|axios)$/, replied],
  [/^status 000/, /^(?:node:http|axios)/, replied], // axios: no status, no error
  [/^(?:h2: )?status [69]/, /^(?!got|axios stream)/, replied],
  [/^407/, /^(?!got|axios stream|undici 7 fetch|fetch)/, replied],
];

const withoutLimit = /^h2: (?:CANCEL$|no |bad compression|content without)/;

/** What would end the test: an endless wait, or an exception that nobody can catch. */
const unreported: readonly (readonly [faults: RegExp, clients: RegExp])[] = [
  [/connect timeout|^101|^status 0/, /^http-proxy$/], // its limit begins with the connection; it writes any status
  [/^101/, /^got/],
  // undici 6 has no limits in HTTP/2, and throws into the void when a request is aborted before its connection ends.
  [withoutLimit, /^undici 6 h2$/],
  [withoutLimit, fetchOf("6")],
];

const isRecognised = (fault: Fault, client: string) =>
  !(client === "http-proxy" && fault.when === "after") &&
  !unreported.some(([names, clients]) => names.test(fault.name) && clients.test(client));

function callsOf(fault: Fault): readonly (readonly [string, Call])[] {
  const early = /^(?:TLS[ :](?!server)|DNS)/.test(fault.name); // before either protocol begins
  const calls: Record<string, Call> = fault.protocol === "h2" ? http2 : early ? { ...http1, ...http2 } : http1;
  return Object.entries(calls).filter(([client]) => isRecognised(fault, client));
}

/** In milliseconds: what waits for it is not to wait long, the rest is not to fail where the machine is slow. */
function limitOf(fault: Fault): number {
  return fault.endless ? scaled(1000) : patience;
}

function expected({ name, type, received, status }: Fault, client: string): Outcome | undefined {
  const found = exceptions.find(([names, clients]) => names.test(name) && clients.test(client))?.[2];
  if (found !== replied) return found ?? type ?? (status < 300 ? status : undefined);
  return received ?? (name.startsWith("204") ? 204 : 200);
}

async function seen(fault: Fault, call: Call, upstream: Upstream): Promise<unknown> {
  let error: unknown;
  try {
    return (await call(upstream, limitOf(fault))) ?? "nothing";
  } catch (caught) {
    error = caught;
  }
  const [status, type, received] = outcome(error);
  expect(status).toBe(type === undefined ? 502 : proxyErrors[type as FaultType].status);
  if (received !== undefined) expect(received).toBe(fault.received ?? (fault.name.startsWith("204") ? 204 : 200));
  return type;
}

describe("what clients say of", () => {
  it.concurrent.each(faults)("$name", async (fault) => {
    const upstream = await fault.start();
    const calls = callsOf(fault);
    try {
      const found = await Promise.all(calls.map(async ([client, call]) => [client, await seen(fault, call, upstream)] as const));
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(calls.map(([client]) => [client, expected(fault, client)])));
    } finally {
      await upstream.close();
    }
  });
});
