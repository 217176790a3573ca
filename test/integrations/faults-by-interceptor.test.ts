import { everyFaultThrough } from "./every-fault.js";
import { intercepted } from "./interceptor-integrations.js";

everyFaultThrough(intercepted);
