/** What a code of FunctionGraph's means for the client. */
export interface Failure {
  /** Before the contract folds it. */
  readonly status: number;
  /** For the client, in our own words. */
  readonly detail: string;
  /** How the runtime's message begins where it is all there is. */
  readonly says?: readonly string[];
}

/** A function that failed in a way that nobody has named. */
export const failed: Failure = { status: 502, detail: "The function failed." };

/** The inner codes of FunctionGraph's runtimes and front end. Not listed: a function that failed. */
export const failures: Readonly<Record<string, Failure>> = {
  4001: { status: 502, detail: "The function could not be loaded.", says: ["function entry exception"] },
  4002: failedWith("function invocation exception"),
  4010: { status: 504, detail: "The function did not finish in time.", says: ["invoke timed out"] },
  4140: { status: 413, detail: "The request is larger than the function takes." },
};

function failedWith(...says: readonly string[]): Failure {
  return { ...failed, says };
}
