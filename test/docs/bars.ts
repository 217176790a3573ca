// Draws a table of the bench as bars, in SVG for light and for dark pages.

/** A table as `pnpm bench --json` has it: the first column names what was measured. */
export interface BenchTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

const [labelWidth, barWidth, valueWidth, barHeight, padding, titleHeight] = [230, 360, 70, 20, 16, 30];
const width = labelWidth + barWidth + valueWidth + 2 * padding;

/**
 * Draws one group of bars for each of the columns, all on one scale. A cell without a number has no bar.
 * @param from where the bars begin: 1 for ratios of which only the difference counts
 * @param own what our rows are called
 */
export function drawBars({ title, columns, rows }: BenchTable, shown: readonly string[], own: RegExp, from = 0): string {
  const groups = shown.map((column) => ({
    column,
    bars: rows.flatMap((row) => {
      const value = Number(row[columns.indexOf(column)] || Number.NaN);
      return Number.isNaN(value) ? [] : [{ label: String(row[0]), value }];
    }),
  }));
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (value: number) => (Math.max(0, value - from) / (most - from)) * barWidth;
  let y = padding;
  const parts = groups.map(({ column, bars }) => {
    y += titleHeight;
    const head = `<text class="title" x="${padding}" y="${y - 10}">${escape(column)}</text>`;
    const lines = bars.map(({ label, value }) => {
      const kind = own.test(label) ? "own" : "other";
      const line = `<text x="${padding}" y="${y + 14}">${escape(label)}</text>
<rect class="${kind}" x="${labelWidth + padding}" y="${y + 3}" width="${scale(value).toFixed(1)}" height="${barHeight - 6}"/>
<text x="${(labelWidth + padding + scale(value) + 6).toFixed(1)}" y="${y + 14}">${value}</text>`;
      y += barHeight;
      return line;
    });
    return [head, ...lines].join("\n");
  });
  const height = y + padding;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.page { fill: #ffffff; }
.own { fill: #0969da; }
.other { fill: #8c959f; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .page { fill: #0d1117; } .own { fill: #4493f8; } .other { fill: #656c76; } }
</style>
<rect class="page" width="${width}" height="${height}"/>
${parts.join("\n")}
</svg>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
