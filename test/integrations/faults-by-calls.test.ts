import { everyFaultThrough } from "./every-fault.js";
import { calls } from "./call-integrations.js";

everyFaultThrough(calls);
