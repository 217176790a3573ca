/** What every scenario is measured by, and a copy of it that shows the noise. @type {import("./types.js").Scenario["contestants"]} */
export const baseline = { bare: ["bare.js", "bare"], "bare again": ["bare.js", "bare"] };
