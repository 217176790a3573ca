import { everyFaultThrough } from "./every-door.js";
import { calls } from "./call-integrations.js";

everyFaultThrough(calls);
