// Shows the cases of the tour. All that came from a gateway or an upstream is set as text.

/** @typedef {import("./case.js").Case} Case */
/** @typedef {import("./case.js").Side} Side */

/** @type {<T extends Element>(selector: string, type: new () => T, root?: ParentNode) => T} */
const find = (selector, type, root = document) => {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
};

const [status, integration] = ["#status", "#integration"].map((selector) => find(selector, HTMLSelectElement));
const news = find("#news", HTMLElement);

/** @param {string} text that a screen reader reads, too */
const announce = (text) => void (news.textContent = text);

/** @type {(selector: string, root: ParentNode, text: string) => void} */
const write = (selector, root, text) => void (find(selector, HTMLElement, root).textContent = text);

/** @type {(id: string) => HTMLElement} */
const copyOf = (id) => {
  const { firstElementChild } = find(`#${id}`, HTMLTemplateElement).content;
  return /** @type {HTMLElement} */ (firstElementChild?.cloneNode(true));
};

/** @type {(rows: readonly (readonly [string, string])[]) => string} */
const lines = (rows) => rows.map(([name, value]) => `${name}: ${value}`).join("\n");

try {
  const cases = await ask("/cases");
  const rows = cases.map((each, index) => createRow(each, index));
  addOptions(status, [...new Set(cases.map((each) => String(each.status)))].toSorted());
  addOptions(integration, [...new Set(cases.map((each) => each.integration))].toSorted());
  const filter = () => {
    const shown = cases.filter((each, index) => {
      const fits =
        (!status?.value || status.value === String(each.status)) &&
        (!integration?.value || integration.value === each.integration);
      /** @type {HTMLElement} */ (rows[index]).hidden = !fits;
      return fits;
    });
    write("#count", document, `${shown.length} of ${cases.length} cases`);
    return shown.length;
  };
  for (const select of [status, integration])
    select?.addEventListener("change", () => announce(`Shown: ${filter()} of ${cases.length} cases.`));
  filter();
  find("#cases", HTMLElement).append(...rows);
} catch (error) {
  announce(`The cases cannot be read: ${error}`);
}

/** @type {(select: HTMLSelectElement | undefined, values: string[]) => void} */
function addOptions(select, values) {
  select?.append(...values.map((value) => new Option(value, value)));
}

/**
 * Makes the row of a case, which can be run again.
 * @type {(first: Case, index: number) => HTMLElement}
 */
function createRow(first, index) {
  const row = copyOf("case");
  const button = find(".run", HTMLButtonElement, row);
  button.setAttribute("aria-label", `Run again: ${first.request}, ${first.wrong}`);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true"); // "disabled" would take the focus away
    announce(`Asking both gateways for ${first.request} …`);
    try {
      const again = await ask(`/cases/${index}/run`, "POST");
      fill(row, again);
      announce(`${first.request} is asked again: ${again.without.outcome} without fg-errors, ${again.with.outcome} with it.`);
    } catch (error) {
      announce(`${first.request} could not be asked again: ${error}`);
    }
    button.removeAttribute("aria-disabled");
  });
  fill(row, first);
  return row;
}

/** @type {(row: HTMLElement, shown: Case) => void} */
function fill(row, shown) {
  write(".wrong", row, shown.wrong);
  write(".request", row, shown.request);
  write(".integration", row, shown.integration);
  const outcomes = /** @type {const} */ (["without", "with"]).map((name) => {
    const part = Object.assign(document.createElement("span"), { className: name });
    part.textContent = `${name} ${shown[name].outcome}`;
    return part;
  });
  find(".outcomes", HTMLElement, row).replaceChildren(
    /** @type {Node} */ (outcomes[0]),
    " → ",
    /** @type {Node} */ (outcomes[1]),
  );
  find(".broken", HTMLElement, row).hidden = shown.broken === "";
  write(".broken", row, `The answer of fg-errors breaks the contract: ${shown.broken}.`);
  find(".asked", HTMLElement, row).hidden = shown.fields.length === 0;
  write(".fields", row, `${lines(shown.fields)}${shown.content && `\n\n${shown.content}`}`);
  const panes = [createPane(shown, "without"), createPane(shown, "with")];
  find(".panes", HTMLElement, row).replaceChildren(...panes);
}

/** @type {(shown: Case, name: "without" | "with") => HTMLElement} */
function createPane(shown, name) {
  const { request, [name]: side } = shown;
  const pane = copyOf("pane");
  const nothing = name === "with" ? "nothing" : "nothing: it has none";
  write("h2", pane, `${name === "with" ? "With" : "Without"} fg-errors`);
  write(".outcome", pane, side.outcome);
  write(".ms", pane, `${side.ms} ms`);
  write(".headers", pane, lines(side.headers) || "none");
  write(".body", pane, indented(side.body) || "none");
  write(".heard", pane, side.heard.map(describe).join("\n\n") || nothing);
  write(".curl", pane, side.curl);
  const button = find(".copy", HTMLButtonElement, pane);
  button.setAttribute("aria-label", `Copy curl line: ${request}, ${name} fg-errors`);
  button.addEventListener("click", async () => {
    const isCopied = await copy(side.curl);
    announce(isCopied ? "The curl line is copied." : "The browser does not let the page copy: select the line instead.");
  });
  return pane;
}

/** @param {import("../recorder.js").Heard} heard */
function describe({ status, code, detail, cause }) {
  return `${status} ${code}\n${detail}${cause === undefined ? "" : `\ncause: ${cause}`}`;
}

/** Writes JSON in several lines, and leaves other text as it is. @param {string} text */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Copies a text; where the browser has no clipboard for the page, by a selection. @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = document.activeElement;
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "copied" });
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return isCopied;
  }
}

/**
 * @overload
 * @param {"/cases"} path
 * @returns {Promise<Case[]>}
 */
/**
 * @overload
 * @param {string} path
 * @param {"POST"} method
 * @returns {Promise<Case>}
 */
/**
 * @param {string} path
 * @param {"POST"} [method]
 */
async function ask(path, method) {
  const response = await fetch(path, { method: method ?? "GET" });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  return body;
}
