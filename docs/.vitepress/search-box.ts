import type { PluginOption } from "vite";

/** Markup of VitePress's search box, and what stands there instead. */
const replacements: readonly (readonly [from: string, to: string])[] = [
  // A dialog, not a button: a button must have no controls inside.
  [
    `      role="button"
      :aria-owns="results?.length ? 'localsearch-list' : undefined"
      aria-expanded="true"
      aria-haspopup="listbox"
      aria-labelledby="localsearch-label"
      class="VPLocalSearchBox"`,
    `      role="dialog"
      aria-modal="true"
      :aria-label="translate('button.buttonText')"
      class="VPLocalSearchBox"`,
  ],
  // The field says whether it has a list: it is what a keyboard is in.
  [
    `            aria-autocomplete="both"
            :aria-controls`,
    `            role="combobox"
            aria-haspopup="listbox"
            :aria-expanded="results?.length ? 'true' : 'false'"
            aria-autocomplete="list"
            :aria-controls`,
  ],
  // The label shows an icon alone, which is no name.
  [
    `            aria-labelledby="localsearch-label"
            autocapitalize`,
    `            :aria-label="translate('button.buttonText')"
            autocapitalize`,
  ],
  [
    `:aria-labelledby="results?.length ? 'localsearch-label' : undefined"`,
    `:aria-label="results?.length ? translate('button.buttonText') : undefined"`,
  ],
  // The link is the option, not its parent: an option must have no link inside.
  [
    `            :id="'localsearch-item-' + index"
            :aria-selected="selectedIndex === index ? 'true' : 'false'"
            role="option"
          >`,
    `            role="none"
          >`,
  ],
  // Its name is the text that is seen.
  [
    `              :aria-label="[...p.titles, p.title].join(' > ')"
`,
    `              :id="'localsearch-item-' + index"
              :aria-selected="selectedIndex === index ? 'true' : 'false'"
              role="option"
`,
  ],
  [`<span class="title-icon">#</span>`, `<span class="title-icon" aria-hidden="true">#</span>`],
  // A key that is an icon has a name as an image has one.
  ...["navigateUp", "navigateDown", "select"].map(
    (key) =>
      [
        `<kbd :aria-label="translate('modal.footer.${key}KeyAriaLabel')">`,
        `<kbd role="img" :aria-label="translate('modal.footer.${key}KeyAriaLabel')">`,
      ] as const,
  ),
];

/** Makes VitePress's search box accessible, which is not by itself. */
export function mendSearchBox(): PluginOption {
  return {
    name: "mend-search-box",
    enforce: "pre",
    transform: (code, id) => (id.endsWith("/VPLocalSearchBox.vue") ? mendMarkup(code) : undefined),
  };
}

/** @throws Error where VitePress has changed what is to be replaced */
export function mendMarkup(component: string): string {
  return replacements.reduce((code, [from, to]) => {
    if (code.split(from).length !== 2) throw new Error(`VitePress's search box is another one: it has no\n${from}`);
    return code.replace(from, () => to);
  }, component);
}
