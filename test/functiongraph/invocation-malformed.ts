// Results that no gateway can make a response of.

const throwing = (name: string) =>
  Object.defineProperty({ statusCode: 200, body: "s3cr3t" }, name, {
    enumerable: true,
    get: () => {
      throw new Error("s3cr3t");
    },
  });

export const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const refusing = new Proxy(
  {},
  {
    get: (_target, name) => (name === "then" ? undefined : name === "statusCode" ? 200 : refusing),
    ownKeys: () => {
      throw new Error("s3cr3t");
    },
  },
) as object;

export const malformedObjects: readonly [string, () => unknown][] = [
  ["an empty object", () => ({})],
  ["a list", () => [{ statusCode: 200 }]],
  ["no statusCode", () => ({ headers: {}, body: "s3cr3t", isBase64Encoded: false })],
  ["a statusCode of null", () => ({ statusCode: null, body: "s3cr3t" })],
  ["a statusCode that is a text", () => ({ statusCode: "200", body: "s3cr3t" })],
  ["a statusCode that is no integer", () => ({ statusCode: 200.5 })],
  ["a statusCode that is no number", () => ({ statusCode: NaN })],
  ["a statusCode below 100", () => ({ statusCode: 99 })],
  ["a statusCode above 599", () => ({ statusCode: 600 })],
  ["another case", () => ({ statuscode: 200, StatusCode: 200 })],
  ["headers in a list", () => ({ statusCode: 200, headers: [["X-A", "s3cr3t"]] })],
  ["headers in a text", () => ({ statusCode: 200, headers: "X-A: s3cr3t" })],
  ["Headers", () => ({ statusCode: 200, headers: new Headers({ "X-A": "s3cr3t" }) })],
  ["a Map of headers", () => ({ statusCode: 200, headers: new Map([["X-A", "s3cr3t"]]) })],
  ["a header that is an object", () => ({ statusCode: 200, headers: { "X-A": { is: "s3cr3t" } } })],
  ["a header that JSON cannot represent", () => ({ statusCode: 200, headers: { "X-A": 1n } })],
  ["a list of lists", () => ({ statusCode: 200, headers: { "X-A": [["s3cr3t"]] } })],
  ["a body that is an object", () => ({ statusCode: 200, body: { order: "s3cr3t" } })],
  ["a body that is a number", () => ({ statusCode: 200, body: 17 })],
  ["Base64 that is none", () => ({ statusCode: 200, body: "s3cr3t!", isBase64Encoded: true })],
  ["Base64 cut short", () => ({ statusCode: 200, body: "YW4gb3JkZX", isBase64Encoded: true })],
  ["Base64 for URLs", () => ({ statusCode: 200, body: "-_-_", isBase64Encoded: true })],
  ["isBase64Encoded in a text", () => ({ statusCode: 200, body: "czNj", isBase64Encoded: "true" })],
  ["a getter of statusCode that throws", () => throwing("statusCode")],
  ["a getter of headers that throws", () => throwing("headers")],
  ["a getter of body that throws", () => throwing("body")],
  ["a header's getter that throws", () => ({ statusCode: 200, headers: throwing("X-A") })],
  ["a toJSON that throws", () => throwing("toJSON")],
  ["a revoked Proxy for its headers", () => ({ statusCode: 200, headers: revoked() })],
  ["a Proxy that refuses", () => refusing],
  ["a function", () => () => "s3cr3t"],
];

export const malformedResults: readonly [string, () => unknown][] = [
  ...malformedObjects,
  ["nothing", () => undefined],
  ["null", () => null],
  ["a text", () => "s3cr3t"],
  ["an empty text", () => ""],
  ["JSON of another kind", () => '"s3cr3t"'],
  ["JSON that was cut", () => '{"statusCode":200,"body":"s3cr'],
  ["a number", () => 200],
  ["true", () => true],
  ["a symbol", () => Symbol("s3cr3t")],
];
