import { functionGraph, type Contract, type StatusRow } from "./contract.js";
import { upstreamFolds } from "./folds.js";

const registeredStatuses: Readonly<Record<number, StatusRow>> = {
  402: { title: "Payment Required", description: "Payment is needed for this request." },
  410: { title: "Gone", description: "What was at this address is gone for good." },
  411: { title: "Length Required", description: "The request needs a Content-Length." },
  412: { title: "Precondition Failed", description: "A precondition of the request does not hold." },
  413: { title: "Content Too Large", description: "The request's content is too large." },
  414: { title: "URI Too Long", description: "The request's address is too long." },
  415: { title: "Unsupported Media Type", description: "The request's content is of a type or coding that is not taken here." },
  416: { title: "Range Not Satisfiable", description: "The requested range is not available." },
  417: { title: "Expectation Failed", description: "The request's Expect field cannot be met." },
  421: { title: "Misdirected Request", description: "This server does not answer for the requested address." },
  422: { title: "Unprocessable Content", description: "The request's content is well-formed but not valid." },
  423: { title: "Locked", description: "The resource is locked." },
  424: { title: "Failed Dependency", description: "Another action that this one depends on failed." },
  425: { title: "Too Early", description: "The request might be a replay; send it again after the handshake." },
  426: { title: "Upgrade Required", description: "Another protocol is needed for this request." },
  428: { title: "Precondition Required", description: "The request has to be conditional." },
  429: { title: "Too Many Requests", description: "Too many requests in a given time; try again later." },
  431: { title: "Request Header Fields Too Large", description: "The request's header fields are too large." },
  451: { title: "Unavailable For Legal Reasons", description: "This is not available for legal reasons." },
  505: { title: "HTTP Version Not Supported", description: "The request's HTTP version is not supported." },
  506: { title: "Variant Also Negotiates", description: "The server's content negotiation is misconfigured." },
  507: { title: "Insufficient Storage", description: "There is not enough storage for this request just now." },
  508: { title: "Loop Detected", description: "The request ran into an endless loop." },
  510: { title: "Not Extended", description: "The request needs an extension that the server lacks." },
  511: { title: "Network Authentication Required", description: "The network needs valid credentials first." },
};

/**
 * Lists every error status of the IANA HTTP Status Code Registry, without 418 and other unused ones: this library's body and
 * safety without the folding. An upstream's 407 and 426 stay a 502, since they concern the hop to it (RFC 9110 sections 11.7.1
 * and 15.5.22).
 * @example app.use(fgErrors({ contract: rfc9110 }))
 */
export const rfc9110: Contract = {
  name: "rfc9110",
  statuses: { ...functionGraph.statuses, ...registeredStatuses },
  folds: {},
  upstreamFolds: { 407: upstreamFolds[407]!, 426: upstreamFolds[426]! },
};
