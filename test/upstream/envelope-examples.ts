// Error bodies of standards and clouds, as they are really sent; s3cr3t is what no client gets to read.
import type { Finding } from "@fg-errors/core";

export const json = (body: unknown, type = "application/json") => [type, JSON.stringify(body)] as const;
export const problem = (body: unknown) => json(body, "application/problem+json");
const xml = (body: string, type = "application/problem+xml") =>
  [type, `<?xml version="1.0" encoding="UTF-8"?>\n${body}`] as const;

/** Who sends it, what, and what it means. */
export type EnvelopeExample = readonly [who: string, content: readonly [type: string, body: string], said: Partial<Finding>];

export const documented: readonly EnvelopeExample[] = [
  [
    "RFC 9457's own example",
    problem({
      type: "https://example.com/probs/out-of-credit",
      title: "You do not have enough credit.",
      detail: "Your current balance is 30, but that costs 50.",
      instance: "/account/12345/msgs/abc",
      balance: 30,
    }),
    {
      type: "https://example.com/probs/out-of-credit",
      title: "You do not have enough credit.",
      detail: "Your current balance is 30, but that costs 50.",
      extensions: { balance: 30 },
    },
  ],
  [
    "RFC 9457's list of errors",
    problem({
      title: "Your request is not valid.",
      errors: [
        { detail: "must be a positive integer", pointer: "#/age" },
        { detail: "must be 'green'", pointer: "#/profile/co%20lor" },
        { detail: "unknown", parameter: "filter[a.b]" },
        { detail: "too old", header: "If-Match" },
      ],
    }),
    {
      detail: "Your request is not valid.",
      errors: [
        { detail: "must be a positive integer", pointer: "#/age" },
        { detail: "must be 'green'", pointer: "#/profile/co%20lor" },
        { detail: "unknown", parameter: "filter[a.b]" },
        { detail: "too old", header: "If-Match" },
      ],
    },
  ],
  [
    "RFC 7807's invalid-params",
    problem({
      type: "https://example.net/validation-error",
      title: "Your request parameters didn't validate.",
      "invalid-params": [{ name: "age", reason: "must be a positive integer" }],
    }),
    {
      type: "https://example.net/validation-error",
      title: "Your request parameters didn't validate.",
      detail: "Your request parameters didn't validate.",
      errors: [{ parameter: "age", detail: "must be a positive integer" }],
    },
  ],
  [
    "a member of the wrong type",
    problem({ title: 404, detail: ["s3cr3t"], type: {}, code: "ORDER.1" }),
    { code: "ORDER.1", extensions: { code: "ORDER.1" } },
  ],
  ["a type that is relative", problem({ type: "/probs/s3cr3t", title: "No stock", detail: "Sold out" }), { detail: "Sold out" }],
  ["a type that is a script", problem({ type: "javascript:alert(1)", title: "s3cr3t", detail: "x1" }), { detail: "x1" }],
  [
    "RFC 9457 in XML",
    xml(
      `<problem xmlns="urn:ietf:rfc:7807"><type>https://example.com/probs/out-of-credit</type><title>Too little &amp; late</title>
       <detail><![CDATA[Balance <]]> 30 &#8364;</detail><!-- s3cr3t --><balance currency="EUR">30</balance><instance/></problem>`,
    ),
    { type: "https://example.com/probs/out-of-credit", title: "Too little & late", detail: "Balance < 30 €" },
  ],
  [
    "FunctionGraph",
    json({ error_code: "FSS.1051", error_msg: "Not found the function", request_id: "s3cr3t" }),
    { code: "FSS.1051", detail: "Not found the function" },
  ],
  [
    "API Gateway, where its response was made to measure as its guide does",
    json({ errorcode: "APIG.0106", errormsg: "No such flow of calls.", requestid: "s3cr3t" }),
    { code: "APIG.0106", detail: "No such flow of calls." },
  ],
  [
    "Google",
    json({
      error: {
        code: 400,
        message: "Request contains an invalid argument.",
        status: "INVALID_ARGUMENT",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            fieldViolations: [{ field: "book.pages[0]", description: "Must not be empty" }],
          },
          { "@type": "type.googleapis.com/google.rpc.DebugInfo", detail: "s3cr3t", stackEntries: ["s3cr3t"] },
        ],
      },
    }),
    {
      code: "INVALID_ARGUMENT",
      detail: "Request contains an invalid argument.",
      errors: [{ pointer: "#/book/pages/0", detail: "Must not be empty" }],
    },
  ],
  [
    "Google's DebugInfo",
    json({
      error: {
        code: 400,
        message: "Bad",
        status: "INVALID_ARGUMENT",
        details: [
          { "@type": "type.googleapis.com/google.rpc.DebugInfo", detail: "s3cr3t" },
          { "@type": "type.googleapis.com/google.rpc.ResourceInfo", description: "s3cr3t" },
        ],
      },
    }),
    { code: "INVALID_ARGUMENT", detail: "Bad" },
  ],
  [
    "gRPC-Gateway's DebugInfo",
    json({ code: 3, message: "Bad", details: [{ "@type": "type.googleapis.com/google.rpc.DebugInfo", detail: "s3cr3t" }] }),
    { code: "3", detail: "Bad" },
  ],
  ["a system error", json({ errno: -111, code: "ECONNREFUSED", address: "s3cr3t", message: "Bad" }), { detail: "Bad" }],
  ["an address for a code", json({ code: "10.0.0.7:5432", message: "Bad" }), { detail: "Bad" }],
  ["a stack in lines", json({ message: "Bad", errors: ["    at s3cr3t (/srv/a.js:1:1)"] }), { detail: "Bad" }],
  [
    "GraphQL without locations",
    json({ data: null, errors: [{ message: "Cannot return null", path: ["order", "total"] }] }),
    { detail: "Cannot return null" },
  ],
  [
    "Google's ErrorInfo",
    json({
      error: {
        code: 403,
        message: "The API is disabled.",
        status: "PERMISSION_DENIED",
        details: [
          { "@type": "type.googleapis.com/google.rpc.Help", links: [] },
          { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "SERVICE_DISABLED", domain: "googleapis.com" },
        ],
      },
    }),
    { code: "SERVICE_DISABLED", detail: "The API is disabled." },
  ],
  [
    "Google's older form",
    json({
      error: {
        code: 400,
        message: "Required parameter: part",
        errors: [{ message: "Required", domain: "youtube", reason: "missing", location: "part", locationType: "parameter" }],
      },
    }),
    { detail: "Required parameter: part", errors: [{ parameter: "part", detail: "Required" }] },
  ],
  [
    "Microsoft",
    json({
      error: {
        code: "BadArgument",
        message: "Multiple errors in ContactInfo data",
        target: "ContactInfo",
        details: [{ code: "NullValue", target: "PhoneNumber", message: "Phone number must not be null" }],
        innererror: { message: "s3cr3t", stacktrace: "s3cr3t" },
      },
    }),
    {
      code: "BadArgument",
      detail: "Multiple errors in ContactInfo data",
      errors: [{ pointer: "#/PhoneNumber", detail: "Phone number must not be null" }],
    },
  ],
  [
    "OData 3",
    json({ "odata.error": null, error: { code: "42", message: { lang: "en-us", value: "No such row" } } }),
    { code: "42", detail: "No such row" },
  ],
  ["Huawei Cloud", json({ error: { code: "IAM.0011", message: "Bad token" } }), { code: "IAM.0011", detail: "Bad token" }],
  [
    "Keystone",
    json({ error: { code: 401, title: "Unauthorized", message: "You are not authorized to do this." } }),
    { detail: "You are not authorized to do this." },
  ],
  [
    "openYuanrong",
    json({ code: 4140, message: "Body too large", trace_id: "s3cr3t" }),
    { code: "4140", detail: "Body too large" },
  ],
  [
    "Stripe",
    json({ error: { type: "invalid_request_error", code: "resource_missing", message: "No such charge", param: "id" } }),
    { code: "resource_missing", detail: "No such charge" },
  ],
  [
    "Elasticsearch",
    json({ error: { type: "index_not_found_exception", reason: "no such index [orders]", root_cause: [{}] }, status: 404 }),
    { code: "index_not_found_exception", detail: "no such index [orders]" },
  ],
  [
    "JSON:API",
    json({
      errors: [
        {
          id: "s3cr3t",
          status: "422",
          code: "TOO_SHORT",
          title: "Invalid Attribute",
          detail: "The first name is too short.",
          source: { pointer: "/data/attributes/first~1Name" },
        },
        { title: "Invalid Query Parameter", source: { parameter: "include" } },
        { detail: "No such tenant.", source: { header: "X-Tenant" } },
      ],
    }),
    {
      code: "TOO_SHORT",
      detail: "The first name is too short.",
      errors: [
        { pointer: "#/data/attributes/first~1Name", detail: "The first name is too short." },
        { parameter: "include", detail: "Invalid Query Parameter" },
        { header: "X-Tenant", detail: "No such tenant." },
      ],
    },
  ],
  [
    "GraphQL",
    json({
      errors: [
        {
          message: 'Cannot query field "x"',
          locations: [{ line: 1 }],
          path: ["s3cr3t"],
          extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
        },
      ],
    }),
    { code: "GRAPHQL_VALIDATION_FAILED", detail: 'Cannot query field "x"' },
  ],
  [
    "AWS",
    json({ __type: "com.amazon.coral.validate#ValidationException", Message: "Value too long" }, "application/x-amz-json-1.1"),
    { code: "ValidationException", detail: "Value too long" },
  ],
  [
    "S3",
    xml("<Error><Code>NoSuchKey</Code><Message>No such key.</Message><HostId>s3cr3t</HostId></Error>", "application/xml"),
    { code: "NoSuchKey", detail: "No such key." },
  ],
  [
    "AWS's Query protocol: SQS",
    xml(
      `<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>
      <Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist &amp; never did.</Message><Detail/>
      </Error><RequestId>8bb1a1d6-0b5b-5d5c-8b3b-0b5b5d5c8b3b</RequestId></ErrorResponse>`,
      "text/xml",
    ),
    {
      code: "AWS.SimpleQueueService.NonExistentQueue",
      detail: "The specified queue does not exist & never did.",
      requestId: "8bb1a1d6-0b5b-5d5c-8b3b-0b5b5d5c8b3b",
    },
  ],
  [
    "EC2",
    xml(
      `<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>The instance ID 'i-1' does not exist</Message></Error>
      <Error><Code>Second</Code><Message>s3cr3t</Message></Error></Errors><RequestID>ea966190-f9aa-478e-9ede-example</RequestID></Response>`,
      "text/xml;charset=UTF-8",
    ),
    {
      code: "InvalidInstanceID.NotFound",
      detail: "The instance ID 'i-1' does not exist",
      requestId: "ea966190-f9aa-478e-9ede-example",
    },
  ],
  [
    "AWS's Query protocol in JSON",
    json({ Error: { Code: "AccessDenied", Message: "No.", Type: "Sender" }, RequestId: "r-1" }),
    { code: "AccessDenied", detail: "No.", requestId: "r-1" },
  ],
  [
    "Azure Storage",
    xml(
      "<Error><Code>ContainerNotFound</Code><Message>The specified container does not exist.\nRequestId:1\nTime:2</Message></Error>",
      "application/xml",
    ),
    { code: "ContainerNotFound", detail: "The specified container does not exist. RequestId:1 Time:2" },
  ],
  [
    "Azure Tables",
    xml(
      '<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code>TableNotFound</m:code><m:message xml:lang="en-US">No table.</m:message></m:error>',
      "application/atom+xml",
    ),
    { code: "TableNotFound", detail: "No table." },
  ],
  [
    "Google Cloud Storage",
    xml(
      "<Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>s3cr3t does not have access</Details></Error>",
      "application/xml; charset=UTF-8",
    ),
    { code: "AccessDenied", detail: "Access denied." },
  ],
  [
    "Alibaba Cloud",
    xml(
      "<Error><RequestId>D85BD8C7</RequestId><HostId>s3cr3t</HostId><Code>InvalidParameter</Code><Message>Not valid.</Message></Error>",
      "text/xml",
    ),
    { code: "InvalidParameter", detail: "Not valid.", requestId: "D85BD8C7" },
  ],
  [
    "Huawei Cloud's OBS",
    xml(
      "<Error><Code>NoSuchBucket</Code><Message>No bucket.</Message><RequestId>0000018</RequestId><HostId>s3cr3t</HostId></Error>",
      "application/xml",
    ),
    { code: "NoSuchBucket", detail: "No bucket.", requestId: "0000018" },
  ],
  [
    "Tencent Cloud",
    json({ Response: { Error: { Code: "AuthFailure", Message: "No key." }, RequestId: "ed93f3cb" } }),
    { code: "AuthFailure", detail: "No key.", requestId: "ed93f3cb" },
  ],
  [
    "OAuth 2.0",
    json({ error: "invalid_grant", error_description: "The refresh token has expired", error_uri: "https://s3cr3t" }),
    {
      code: "invalid_grant",
      detail: "The refresh token has expired",
      extensions: { error: "invalid_grant", error_description: "The refresh token has expired" },
    },
  ],
  [
    "OAuth 2.0 without a description",
    json({ error: "unauthorized_client" }),
    { code: "unauthorized_client", extensions: { error: "unauthorized_client" } },
  ],
  [
    "Kubernetes",
    json({
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message: 'Pod "a" is invalid',
      reason: "Invalid",
      details: {
        name: "a",
        causes: [{ reason: "FieldValueRequired", message: "Required value", field: "spec.containers[0].image" }],
      },
      code: 422,
    }),
    {
      code: "Invalid",
      detail: 'Pod "a" is invalid',
      errors: [{ pointer: "#/spec/containers/0/image", detail: "Required value" }],
    },
  ],
];
