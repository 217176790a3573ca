// What all plots share: the frame, the colours on light and dark pages, and the texts for those who do not see them.

export const padding = 16;
export const width = 692;

/**
 * Wraps a drawing.
 * @param {{ title: string, description: string, height: number, parts: readonly string[] }} drawing
 */
export function frame({ title, description, height, parts }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escapeText(title)}</title>
<desc id="description">${escapeText(description)}</desc>
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.page { fill: #ffffff; }
.own { fill: #0969da; }
.other { fill: #6e7781; }
path { fill: none; stroke-width: 2; }
path.own { fill: none; stroke: #0969da; }
path.other { fill: none; stroke: #6e7781; stroke-dasharray: 6 4; }
path.grid { stroke: #d0d7de; stroke-width: 1; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.page { fill: #0d1117; }
.own { fill: #4493f8; }
.other { fill: #8b949e; }
path.own { stroke: #4493f8; }
path.other { stroke: #8b949e; }
path.grid { stroke: #30363d; }
}
</style>
<rect class="page" width="${width}" height="${height}"/>
${parts.join("\n")}
</svg>
`;
}

/** @param {string} text */
export function escapeText(text) {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
