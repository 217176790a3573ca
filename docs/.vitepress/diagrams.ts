import { renderMermaidSVG } from "beautiful-mermaid";

/**
 * Draws a diagram when the site is built: no reader's browser loads a library for it. The colours are those of the theme.
 * @param source Mermaid with the lines `accTitle:` and `accDescr:`, which name the diagram for those who do not see it
 */
export function drawDiagram(source: string): string {
  const title = /^\s*accTitle: (.+)$/m.exec(source)?.[1];
  const description = /^\s*accDescr: (.+)$/m.exec(source)?.[1];
  if (!title || !description) throw new Error(`a diagram without accTitle or accDescr: ${source}`);
  const svg = renderMermaidSVG(source.replace(/^\s*acc(?:Title|Descr):.*\n/gm, ""), {
    bg: "var(--vp-c-bg)",
    fg: "var(--vp-c-text-1)",
    transparent: true,
  });
  const own = svg
    .replace(/<style>[^]*?<\/style>/, "") // it asks another host for a font; theme/style.css has the rest of it
    .replace("<svg ", '<svg aria-hidden="true" ');
  return `<figure class="diagram" role="img" tabindex="0" aria-label="${escapeAttribute(`${title}. ${description}`)}">${own}</figure>\n`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
