// The header fields of an invocation's reply (API reference, executing a function synchronously; openYuanrong's front end).

/** Names the fields with the code of the outcome: 0 for a success. */
export const codeFields = ["x-func-err-code", "x-inner-code"] as const;

/** Names the field that says whether the function failed. */
export const flagField = "x-is-func-err";

/** Names the field with the invocation's id. */
export const idField = "x-cff-request-id";

const summaryFields = ["x-cff-invoke-summary", "x-cff-response-version", "x-invoke-summary"] as const;

/** Names fields any of which shows that a reply is an invocation's, without its outcome. */
export const invocationSigns: readonly string[] = [idField, ...summaryFields];

/**
 * Names fields that describe the invocation and are dropped with its reply: an error states the outcome itself, and the end of
 * the function's log is only for whoever invoked it. The id stays.
 */
export const invocationFields: readonly string[] = [
  ...codeFields,
  flagField,
  ...summaryFields,
  "x-billing-duration",
  "x-cff-billing-duration",
  "x-cff-function-log",
  "x-log-result",
];
