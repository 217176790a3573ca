// The contract of the error pages: FunctionGraph's, or the published one (errors.json) that CONTRACT names.
import { readFileSync } from "node:fs";
import { contractFromDocument } from "@fg-errors/contract";
import { functionGraph } from "@fg-errors/core";

const { CONTRACT } = process.env;

/** @type {import("@fg-errors/core").Contract} */
export const contract = CONTRACT ? contractFromDocument(JSON.parse(readFileSync(CONTRACT, "utf8"))) : functionGraph;
