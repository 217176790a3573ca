// Draws README's picture: two responses as they came over the wire, side by side.

/** A response, and what the picture says above it. */
export interface Pane {
  readonly title: string;
  /** The bytes of the response as text. */
  readonly response: string;
}

const columns = 52; // characters of a line
const lines = 17;
const [characterWidth, lineHeight, padding, titleHeight] = [7.25, 18, 16, 34];
const paneWidth = columns * characterWidth + 2 * padding;
const paneHeight = titleHeight + lines * lineHeight + padding;

/** Draws the request and the panes as SVG, for light and for dark pages. */
export function drawPanes(request: string, panes: readonly Pane[]): string {
  const width = panes.length * paneWidth + (panes.length + 1) * padding;
  const height = paneHeight + 2 * padding + lineHeight + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(panes.map(({ title }) => title).join("; "))}">
<style>
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328; white-space: pre; }
.title { font: 600 14px system-ui, sans-serif; }
.pane { fill: #f6f8fa; stroke: #d0d7de; }
.status { font-weight: 700; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .pane { fill: #161b22; stroke: #30363d; } }
</style>
<text x="${padding}" y="${padding + 12}">${escape(request)}</text>
${panes.map((pane, index) => drawPane(pane, padding + index * (paneWidth + padding), padding + lineHeight + 8)).join("\n")}
</svg>
`;
}

function drawPane({ title, response }: Pane, x: number, y: number): string {
  const shown = linesOf(response);
  const texts = shown.map((line, index) => {
    const at = y + titleHeight + (index + 0.8) * lineHeight;
    return `<text x="${x + padding}" y="${at.toFixed(1)}"${index === 0 ? ' class="status"' : ""}>${escape(line)}</text>`;
  });
  return `<rect class="pane" x="${x}" y="${y}" width="${paneWidth}" height="${paneHeight}" rx="8"/>
<text class="title" x="${x + padding}" y="${y + 23}">${escape(title)}</text>
${texts.join("\n")}`;
}

/** The head without what says nothing here, and the content, a JSON body one member a line. */
function linesOf(response: string): readonly string[] {
  const [head = "", content = ""] = response.split("\r\n\r\n");
  const fields = head
    .split("\r\n")
    .filter((line) => !/^(?:date|connection|keep-alive|x-powered-by|content-length|transfer-encoding):/i.test(line));
  const text = content.startsWith("{") ? JSON.stringify(JSON.parse(content), null, 2) : content;
  const all = [...fields, "", ...text.split("\n")].map((line) =>
    line.length > columns ? `${line.slice(0, columns - 1)}…` : line,
  );
  return all.length > lines ? [...all.slice(0, lines - 1), "…"] : all;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
