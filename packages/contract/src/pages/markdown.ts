import { escapeHtml, htmlLink } from "@fg-errors/core/html";

/**
 * Writes Markdown as HTML: paragraphs, headings, lists, quotes, blocks of code, and in a line code, emphasis and links. All else, HTML above all, stays the text
 * that it is. It takes linear time, whatever the text is.
 */
export function markdownHtml(markdown: string): string {
  const lines = withoutIndent(markdown.replace(/\r\n?/g, "\n").split("\n"));
  const blocks: string[] = [];
  for (let at = 0; at < lines.length;) {
    const end = endOfBlock(lines, at);
    const html = blockHtml(lines.slice(at, end));
    if (html !== "") blocks.push(html);
    at = end;
  }
  return blocks.join("\n");
}

/** Removes what all lines but the first are indented by, as in a template literal. */
function withoutIndent([first = "", ...others]: readonly string[]): readonly string[] {
  let least = Infinity;
  for (const line of others) if (line.trim() !== "") least = Math.min(least, line.length - line.trimStart().length);
  return [first.trimStart(), ...others.map((line) => line.slice(Math.min(least, line.length)))];
}

const fence = /^ {0,3}(?:```|~~~)/;
const heading = /^(#{1,6}) (.*)$/;
const bullet = /^ {0,3}[-*+] /;
const number = /^ {0,3}\d{1,9}[.)] /;
const quote = /^ {0,3}> ?/;
const starts = [fence, heading, bullet, number, quote];

/** Finds the line behind a block. */
function endOfBlock(lines: readonly string[], begin: number): number {
  const first = lines[begin]!;
  let end = begin + 1;
  if (fence.test(first)) {
    while (end < lines.length && !fence.test(lines[end]!)) end++;
    return end + 1;
  }
  if (first.trim() === "" || heading.test(first)) return end;
  const own = starts.find((start) => start.test(first));
  while (end < lines.length && lines[end]!.trim() !== "" && !starts.some((start) => start !== own && start.test(lines[end]!)))
    end++;
  return end;
}

function blockHtml(lines: readonly string[]): string {
  const [first = ""] = lines;
  if (fence.test(first)) {
    const content = lines.slice(1).filter((line) => !fence.test(line));
    return `<pre><code>${escapeHtml(content.join("\n"))}</code></pre>`;
  }
  const [, marks, text] = heading.exec(first) ?? [];
  if (marks !== undefined) return `<h3>${lineHtml(text!)}</h3>`; // under the page's h2, whatever level it says
  if (bullet.test(first)) return `<ul>\n${itemsHtml(lines, bullet)}\n</ul>`;
  if (number.test(first)) return `<ol>\n${itemsHtml(lines, number)}\n</ol>`;
  if (quote.test(first))
    return `<blockquote><p>${lineHtml(lines.map((line) => line.replace(quote, "")).join("\n"))}</p></blockquote>`;
  const paragraph = lines.join("\n").trim();
  return paragraph === "" ? "" : `<p>${lineHtml(paragraph)}</p>`;
}

/** Writes the items of a list; a line that begins none belongs to the one before. */
function itemsHtml(lines: readonly string[], start: RegExp): string {
  const items: string[][] = [];
  for (const line of lines) {
    if (start.test(line)) items.push([line.replace(start, "")]);
    else items.at(-1)!.push(line.trim());
  }
  return items.map((item) => `<li>${lineHtml(item.join("\n"))}</li>`).join("\n");
}

/**
 * Matches what has a meaning in a line: code, a link, an address, strong and plain emphasis. No part of it is long, so that a text of many marks costs no
 * more than another.
 */
const inline =
  /`([^`\n]{1,500})`|\[([^[\]\n]{1,500})\]\(([^\s()<>]{1,1000})\)|<(https?:\/\/[^\s<>]{1,1000})>|\*\*([^*\n]{1,500})\*\*|(?<![\w*])[*_](?!\s)([^*_\n]{1,500})(?<!\s)[*_](?![\w*])/g;

function lineHtml(text: string): string {
  let html = "";
  let at = 0;
  for (const match of text.matchAll(inline)) {
    const [whole, code, label, target, address, strong, emphasis] = match;
    html += escapeHtml(text.slice(at, match.index));
    at = match.index + whole.length;
    if (code !== undefined) html += `<code>${escapeHtml(code)}</code>`;
    else if (label !== undefined) html += htmlLink(target!, escapeHtml(label));
    else if (address !== undefined) html += htmlLink(address, escapeHtml(address));
    else if (strong !== undefined) html += `<strong>${escapeHtml(strong)}</strong>`;
    else html += `<em>${escapeHtml(emphasis)}</em>`;
  }
  return html + escapeHtml(text.slice(at));
}
