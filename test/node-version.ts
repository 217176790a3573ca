/** The release line that the tests run on, 20, 24 or 26: where Node itself behaves differently, a test says what each of them does. */
export const nodeVersion = Number(process.versions.node.split(".")[0]);
