import { median, quartiles } from "./statistics.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Verdict} Verdict */
/** @typedef {Record<string, number[]>} Costs by label, round by round */

/**
 * How the targets of a scenario are met that are measured in this way.
 * @param {Scenario} scenario
 * @param {"cpu" | "instructions"} by
 * @param {Costs} costs
 * @returns {Verdict[]}
 */
export function judge({ name, targets = [] }, by, costs) {
  const gauge = noiseOf(costs);
  return targets
    .filter((target) => target.by === by)
    .map(({ what, ours, to, most }) => {
      const rivals = (typeof to === "string" ? [to] : to).map((label) => ({ label, ratios: ratiosOf(costs, ours, label) }));
      const { label, ratios } = rivals.reduce((worst, rival) => (median(rival.ratios) > median(worst.ratios) ? rival : worst));
      const ratio = median(ratios);
      const limit = most === "noise" ? 1 + gauge : most;
      return {
        what: `${name}: ${what}`,
        met: ratio <= limit,
        measured: `${ratio.toFixed(3)}x ${label}`,
        most: most === "noise" ? "1 and the noise" : `${most}`,
        noise: [spread(ratios), gauge > 0 ? `bare again ±${percent(gauge)}` : ""].filter(Boolean).join(", "),
      };
    });
}

/**
 * @param {Costs} costs
 * @param {string} ours
 * @param {string} to
 */
function ratiosOf(costs, ours, to) {
  const rival = costs[to];
  const own = costs[ours];
  if (!own || !rival) throw new Error(`a target names ${ours} and ${to}, and one of them is no contestant`);
  return own.map((cost, round) => cost / (rival[round] ?? Number.NaN));
}

/**
 * How far two copies of the same server differ: three in four rounds by no more than this.
 * @param {Costs} costs
 */
function noiseOf(costs) {
  if (!costs["bare"] || !costs["bare again"]) return 0;
  const differences = ratiosOf(costs, "bare again", "bare").map((ratio) => Math.abs(ratio - 1));
  return quartiles(differences)[1];
}

/** @param {readonly number[]} ratios */
function spread(ratios) {
  const [low, high] = quartiles(ratios);
  return ratios.length > 1 ? `${low.toFixed(3)} to ${high.toFixed(3)}` : "";
}

/** @param {number} part */
function percent(part) {
  return `${(part * 100).toFixed(1)} %`;
}
