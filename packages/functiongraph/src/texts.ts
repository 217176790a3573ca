// Texts in other languages, for the option `texts`.
export { zhCN } from "@fg-errors/core/texts";
