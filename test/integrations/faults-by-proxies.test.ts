import { everyFaultThrough } from "./every-fault.js";
import { proxies } from "./proxy-integrations.js";

everyFaultThrough(proxies);
