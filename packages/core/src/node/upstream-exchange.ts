import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { FaultType } from "../proxy-errors/proxy-errors.js";

/** Records how far the exchange of a proxied request with its upstream has come: a failure afterwards often looks like a plain reset. */
export interface UpstreamExchange {
  /** The fields that were set on the response before the exchange. */
  readonly fields: OutgoingHttpHeaders;
  /** The destination of the request, as the library names it in its events. */
  readonly destination?: unknown;
  /** The destination of the request's mirror, which the option `forward` names; null for none, undefined while it is not known. */
  readonly mirror?: unknown;
  reply?: IncomingMessage;
  /** The next hop's address is known. */
  isFound?: boolean;
  /** The fault of an exchange that exceeded its time limit, by the step that it was waiting for. */
  late?: FaultType;
}
