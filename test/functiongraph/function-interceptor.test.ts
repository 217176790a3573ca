import { held } from "../doors/held.js";
import { everyFunctionThrough } from "./proxy-every-door.js";

everyFunctionThrough(held);
