import { everyFaultThrough } from "./every-door.js";
import { calls } from "./calls.js";

everyFaultThrough(calls);
