import { intercepted } from "../integrations/interceptor-integrations.js";
import { everyFunctionThrough } from "./proxy-scenarios.js";

everyFunctionThrough(intercepted);
