// The documentation site: every page of docs/, and those that generate-pages.ts makes of the code.
import { defineConfig } from "vitepress";
import { checkAnchors } from "./anchors.js";
import { configureMarkdown, slugify } from "./markdown.js";
import { mendSearchBox } from "./search-box.js";
import { sidebar } from "./sidebar.js";

export default defineConfig({
  title: "fg-errors",
  description: "Express and Koa middleware for API gateways: one documented status and one JSON body for every failure.",
  lang: "en",
  cacheDir: ".vitepress/cache",
  markdown: {
    anchor: { slugify },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    languageAlias: { caddyfile: "nginx", haproxy: "nginx", promql: "sql" },
    config: configureMarkdown,
  },
  themeConfig: {
    nav: [
      { text: "Start", link: "/" },
      { text: "Guides", link: "/express" },
      { text: "Reference", link: "/reference/options" },
      { text: "Decisions", link: "/adr/0001-commonjs-and-es-modules" },
    ],
    sidebar: sidebar(),
    outline: { level: [2, 3], label: "On this page" },
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: "https://github.com/fg-errors/fg-errors", ariaLabel: "GitHub" }],
  },
  vite: {
    build: { chunkSizeWarningLimit: 4000 }, // the index of the search, which is loaded when someone searches
    plugins: [mendSearchBox()],
  },
  buildEnd: ({ outDir }) => checkAnchors(outDir),
});
