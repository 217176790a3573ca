import { proxies } from "../doors/proxies.js";
import { everyFunctionThrough } from "./proxy-every-door.js";

everyFunctionThrough(proxies);
