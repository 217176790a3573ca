import type { ProbeResult } from "./check-service.js";

/** Writes the results of a check as text. */
type Report = (url: string, results: readonly ProbeResult[]) => string;

const breaksContract = ({ faults }: ProbeResult) => faults.length > 0;

/** Lists the formats of `fg-errors check`. */
export const reports: Readonly<Record<"text" | "json" | "tap" | "junit" | "sarif", Report>> = {
  text: (_url, results) => {
    const width = Math.max(...results.map(({ name }) => name.length));
    const lines = results.map((result) => {
      const word = breaksContract(result) ? "breaks" : result.skipped ? "-" : "ok";
      const faults = result.faults.map((fault) => `\n           ${printable(fault)}`).join("");
      return `${word.padEnd(6)}  ${result.status ?? "---"}  ${result.name.padEnd(width)}  ${result.summary}${faults}`;
    });
    const broken = results.filter(breaksContract).length;
    return `${lines.join("\n")}\n\n${broken} of ${results.length} answers break the contract.\n`;
  },
  json: (url, results) => `${JSON.stringify({ url, results }, null, 2)}\n`,
  tap: (_url, results) => {
    const lines = results.map((result, at) => {
      const detail = breaksContract(result) ? `\n  ---\n  faults: ${JSON.stringify(result.faults)}\n  ...` : "";
      return `${breaksContract(result) ? "not ok" : "ok"} ${at + 1} - ${result.name}${result.skipped ? " # SKIP answered with a success" : ""}${detail}`;
    });
    return `TAP version 14\n1..${results.length}\n${lines.join("\n")}\n`;
  },
  junit: (url, results) => {
    const cases = results.map((result) => {
      const failure = `<failure message="${xml(result.faults[0] ?? "")}">${xml(result.faults.join("\n"))}</failure>`;
      const inner = breaksContract(result) ? failure : result.skipped ? "<skipped/>" : "";
      return `    <testcase classname="fg-errors.check" name="${xml(result.name)}">${inner}</testcase>`;
    });
    const counts = `tests="${results.length}" failures="${results.filter(breaksContract).length}" skipped="${results.filter(({ skipped }) => skipped).length}"`;
    return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${xml(`fg-errors check ${url}`)}" ${counts}>
${cases.join("\n")}
  </testsuite>
</testsuites>
`;
  },
  sarif: (url, results) => {
    const rules = results.map(({ name, summary }) => ({ id: name, shortDescription: { text: summary } }));
    const found = results.flatMap(({ name, faults }) =>
      faults.map((text) => ({
        ruleId: name,
        level: "error",
        message: { text },
        locations: [{ physicalLocation: { artifactLocation: { uri: url } } }],
      })),
    );
    const driver = { name: "fg-errors", informationUri: "https://github.com/fg-errors/fg-errors", rules };
    const log = {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [{ tool: { driver }, results: found }],
    };
    return `${JSON.stringify(log, null, 2)}\n`;
  },
};

/** Escapes what a terminal would obey: a fault may quote the service. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Escapes a text for XML 1.0, which has no control characters. */
function xml(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\ufffe\uffff]/gu, "?").replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
