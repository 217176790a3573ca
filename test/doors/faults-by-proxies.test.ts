import { everyFaultThrough } from "./every-door.js";
import { proxies } from "./proxies.js";

everyFaultThrough(proxies);
