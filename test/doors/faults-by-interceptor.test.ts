import { everyFaultThrough } from "./every-door.js";
import { held } from "./held.js";

everyFaultThrough(held);
