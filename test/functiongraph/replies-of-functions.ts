// What FunctionGraph answers of invocations. Whatever a function says of itself has the canary in it.
import type { RequestListener } from "node:http";

export const canary = "s3cr3t";

export interface FunctionReply {
  readonly name: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** What is no text is sent as JSON. */
  readonly body?: unknown;
}

/** What becomes of one that failed. */
export interface Failing extends FunctionReply {
  readonly made: { readonly status: number; readonly code?: string };
}

/** As a runtime answers in a failed function's place. */
export const failure = (errorMessage: string) => ({
  errorMessage,
  errorType: `${canary}Error`,
  stackTrace: [`at Object.${canary} (/opt/${canary}/index.js:17:11)`],
});

const threw = failure(`function invocation exception, error: ${canary}`);
const late = failure("invoke timed out");

/** The synchronous invocation's v1 reply. */
export const envelope = (result: unknown, status = 200, more: object = { log: canary }) => ({
  request_id: "1167bf8c",
  result: typeof result === "string" ? result : JSON.stringify(result),
  status,
  ...more,
});

/** Fields of an invocation that leave open how it went. */
export const invoked = { "X-Cff-Request-Id": "1167bf8c", "X-Cff-Invoke-Summary": '{"duration":17}' };
const logged = { ...invoked, "X-Cff-Function-Log": Buffer.from(canary).toString("base64"), "X-Log-Result": canary };

const code = (value: string) => ({ ...logged, "X-Func-Err-Code": value });
const isError = { ...logged, "X-Is-Func-Err": "true" };

export const failing: readonly Failing[] = [
  { name: "X-Func-Err-Code", headers: code("4002"), body: threw, made: { status: 502, code: "4002" } },
  { name: "the code of a time limit", headers: code("4010"), body: late, made: { status: 504, code: "4010" } },
  { name: "the code of a limit", headers: code("150429"), body: canary, made: { status: 503, code: "150429" } },
  { name: "the code of a large request", headers: code("4140"), body: canary, made: { status: 400, code: "4140" } },
  { name: "a code that nobody knows", headers: code("4999"), body: canary, made: { status: 502, code: "4999" } },
  { name: "an FSS code", headers: code("FSS.4012"), body: canary, made: { status: 502, code: "FSS.4012" } },
  { name: "the name of a member of Object", headers: code("constructor"), made: { status: 502, code: "constructor" } },
  { name: "a code that would be the gateway's", headers: code("200401"), body: threw, made: { status: 502, code: "200401" } },
  { name: "an address for a code", headers: code("10.0.0.17:8080"), body: threw, made: { status: 502 } },
  { name: "a code that is not fit", headers: code("<script>"), body: threw, made: { status: 502 } },
  { name: "a code that comes twice", headers: { "X-Func-Err-Code": ["4010", "4010"] }, made: { status: 504, code: "4010" } },
  { name: "two codes, one of them 0", headers: { "X-Func-Err-Code": "0, 4010" }, made: { status: 504, code: "4010" } },
  { name: "a code in blanks", headers: code("  4010 "), made: { status: 504, code: "4010" } },
  { name: "X-Is-Func-Err", headers: isError, body: canary, made: { status: 502 } },
  { name: "X-Is-Func-Err in capitals", headers: { "X-Is-Func-Err": "TRUE" }, made: { status: 502 } },
  { name: "X-Is-Func-Err, along with a code of 0", headers: { ...code("0"), ...isError }, made: { status: 502 } },
  { name: "X-Is-Func-Err, and the message says what", headers: isError, body: late, made: { status: 504, code: "4010" } },
  {
    name: "X-Is-Func-Err, and a v0 text says what",
    headers: { ...isError, "Content-Type": "text/plain" },
    body: "invoke timed out",
    made: { status: 504, code: "4010" },
  },
  {
    name: "X-Is-Func-Err, and JSON's text says what",
    headers: isError,
    body: '"invoke timed out"',
    made: { status: 504, code: "4010" },
  },
  { name: "X-Inner-Code", headers: { ...logged, "X-Inner-Code": "4211" }, body: canary, made: { status: 504, code: "4211" } },
  {
    name: "X-Inner-Code on the front end's 500",
    status: 500,
    headers: { "X-Inner-Code": "4002" },
    body: { code: 4002, message: threw, trace_id: "1167bf8c" },
    made: { status: 502, code: "4002" },
  },
  {
    name: "X-Inner-Code on the front end's 413",
    status: 413,
    headers: { "X-Inner-Code": "200413" },
    body: { code: 200413, message: canary, trace_id: "1167bf8c" },
    made: { status: 400, code: "200413" },
  },
  { name: "a code other than 4002 on any status", status: 408, headers: code("4010"), made: { status: 504, code: "4010" } },
  { name: "the content", headers: logged, body: threw, made: { status: 502, code: "4002" } },
  { name: "the content, of a time limit", headers: logged, body: late, made: { status: 504, code: "4010" } },
  { name: "the content, without a stack", headers: logged, body: { ...late, stackTrace: undefined }, made: { status: 504 } },
  { name: "the content, in words of the function's own", headers: logged, body: failure(canary), made: { status: 502 } },
  { name: "the content, on a 500 without any field", status: 500, body: late, made: { status: 504, code: "4010" } },
  { name: "the content, on a 400 by X-Is-Func-Err", status: 400, headers: isError, body: failure(canary), made: { status: 502 } },
  { name: "the content, on a 409 with a strange code", status: 409, headers: code("4999"), body: threw, made: { status: 502 } },
  { name: "the runtime's words, on a 400", status: 400, headers: logged, body: threw, made: { status: 502, code: "4002" } },
  {
    name: "the platform's code of a time limit",
    status: 500,
    body: { error_code: "FSS.4010", error_msg: canary, request_id: "1167bf8c" },
    made: { status: 504, code: "FSS.4010" },
  },
  {
    name: "the content, as text",
    headers: { ...logged, "Content-Type": "text/plain" },
    body: JSON.stringify(late, null, 4),
    made: { status: 504, code: "4010" },
  },
  {
    name: "the content, of no type",
    headers: { ...logged, "Content-Type": [] },
    body: late,
    made: { status: 504, code: "4010" },
  },
  { name: "the envelope's status", headers: logged, body: envelope(canary, 500), made: { status: 502 } },
  { name: "the envelope's status and its text", headers: logged, body: envelope("invoke timed out", 500), made: { status: 504 } },
  { name: "the envelope's result", headers: logged, body: envelope(late), made: { status: 504, code: "4010" } },
  {
    name: "the envelope's result, an object",
    headers: logged,
    body: { ...envelope(""), result: late },
    made: { status: 504, code: "4010" },
  },
  { name: "the result of an envelope without a log", headers: logged, body: envelope(threw, 200, {}), made: { status: 502 } },
];

/** Those that nobody may take for a failure: they reach the client as they are. */
export const fine: readonly FunctionReply[] = [
  { name: "a code of 0", headers: code("0"), body: threw },
  { name: "a code of 0 in blanks, twice", headers: { "X-Func-Err-Code": [" 0", "0 "] }, body: threw },
  { name: "X-Is-Func-Err: false", headers: { ...logged, "X-Is-Func-Err": "False" }, body: threw },
  { name: "an X-Inner-Code of 0", headers: { "X-Inner-Code": "0", "X-Invoke-Summary": "" }, body: threw },
  { name: "an X-Inner-Code of the front end's own 200", headers: { "X-Inner-Code": "200200" }, body: "ok" },
  { name: "an empty code, and a result", headers: code(""), body: { id: 17 } },
  { name: "no field at all", body: threw },
  { name: "more members than a failure has", headers: invoked, body: { ...threw, orders: [] } },
  { name: "fewer members", headers: invoked, body: { errorMessage: "none" } },
  { name: "a type that is no text", headers: invoked, body: { ...threw, errorType: 17 } },
  { name: "a failure in a list", headers: invoked, body: [threw] },
  { name: "a failure deeper down", headers: invoked, body: { result: threw } },
  { name: "a text such as a runtime's", headers: { ...invoked, "Content-Type": "text/plain" }, body: "invoke timed out" },
  { name: "a function's own code", headers: invoked, body: { code: 200401, message: "", trace_id: "1" } },
  { name: "content of a type that is not inspected", headers: { ...invoked, "Content-Type": "text/event-stream" }, body: threw },
  { name: "content that is no JSON", headers: invoked, body: "{" },
  { name: "no content", headers: invoked, body: "" },
  { name: "an envelope with a result", headers: invoked, body: envelope({ id: 17 }) },
  { name: "an envelope with a text", headers: invoked, body: envelope("invoke timed out") },
  { name: "an envelope with null", headers: invoked, body: envelope(null) },
  { name: "an envelope with an APIG result", headers: invoked, body: envelope({ statusCode: 500, body: "{}" }) },
  { name: "an envelope with a status of its own", headers: invoked, body: envelope(canary, 1000) },
  { name: "an envelope with a result that is no text", headers: invoked, body: { ...envelope("", 404), result: { orders: [] } } },
  { name: "an envelope with a status, without a log", headers: invoked, body: envelope(canary, 404, {}) },
  { name: "a code of 200", headers: code("200"), body: threw },
  { name: "a stream of JSON", headers: { ...invoked, "Content-Type": "application/stream+json" }, body: threw },
  { name: "a sequence of JSON", headers: { ...invoked, "Content-Type": "application/json-seq" }, body: threw },
  { name: "no result in its envelope", headers: invoked, body: { request_id: "1167bf8c", status: 500 } },
  { name: "what only resembles an envelope", headers: invoked, body: { ...envelope(threw, 500), id: 17 } },
  { name: "an HTTP function's 201", status: 201, headers: invoked, body: threw },
  { name: "an HTTP function's redirect, which is a 4002", status: 302, headers: { ...code("4002"), Location: "/" } },
  { name: "an HTTP function's 304", status: 304, headers: code("4002") },
  { name: "a 204", status: 204, headers: invoked },
];

const type = { "Content-Type": "application/json" };
/** Of a reply's content, what is on the wire. */
export const textOf = ({ body = "" }: FunctionReply) => (typeof body === "string" ? body : JSON.stringify(body));

export function answering(reply: FunctionReply): RequestListener {
  const { status = 200, headers } = reply;
  return (_request, response) => {
    response.statusCode = status;
    for (const [name, value] of Object.entries({ ...type, ...headers })) if (value.length > 0) response.setHeader(name, value);
    response.end(textOf(reply));
  };
}

export function asResponse(reply: FunctionReply): Response {
  const { status = 200, headers } = reply;
  const fields = Object.entries({ ...type, ...headers }).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one] as [string, string]),
  );
  const content = status === 204 || status === 304 ? null : new TextEncoder().encode(textOf(reply)); // a text would get a type
  return new Response(content, { status, headers: fields });
}
