// The header fields of an invocation's reply (API reference, executing a function synchronously; openYuanrong's front end).

/** Say how it went: 0 where it went well. */
export const codeFields = ["x-func-err-code", "x-inner-code"] as const;

/** Says whether the function failed. */
export const flagField = "x-is-func-err";

/** The invocation's id. */
export const idField = "x-cff-request-id";

const summaryFields = ["x-cff-invoke-summary", "x-cff-response-version", "x-invoke-summary"] as const;

/** Any of them tells that a reply is an invocation's, and nothing of how it went. */
export const invocationSigns: readonly string[] = [idField, ...summaryFields];

/**
 * Describe the invocation, and die with its reply: an error of ours says by itself what became of it, and the end of the function's log
 * is for nobody but who invoked it. The id stays.
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
