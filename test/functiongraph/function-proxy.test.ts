import { proxies } from "../integrations/proxy-integrations.js";
import { everyFunctionThrough } from "./proxy-scenarios.js";

everyFunctionThrough(proxies);
