import { contractDocument } from "../document.js";
import { jsonText, type Format } from "./format.js";

/** Writes the published document. */
export const json: Format = (contract) => jsonText(contractDocument(contract));
