// Express in front of an upstream: http-proxy-middleware as it comes, with its own interceptor of replies, and with fgProxy().
import { fgErrors, fgProxy } from "@fg-errors/express";
import express from "express";
import { createProxyMiddleware, responseInterceptor } from "http-proxy-middleware";
import { proxying, silent } from "./usual.js";

/** @typedef {import("../types.js").Contestant} Contestant */

/** @type {Contestant} */
export function bareProxy({ upstream }) {
  return gateway(createProxyMiddleware({ ...proxying(upstream), on: { error: answerPlain } }));
}

/** @type {Contestant} what a careful user makes of it: errors become JSON, all else passes. */
export function interceptor({ upstream }) {
  const proxyRes = responseInterceptor(async (content, reply, _request, response) => {
    if ((reply.statusCode ?? 500) < 400) return content;
    response.setHeader("Content-Type", "application/json");
    return JSON.stringify({ status: reply.statusCode, error: reply.statusMessage });
  });
  return gateway(
    createProxyMiddleware({ ...proxying(upstream), selfHandleResponse: true, on: { proxyRes, error: answerPlain } }),
  );
}

/** @type {Contestant} */
export function ours({ upstream }) {
  return gateway(createProxyMiddleware({ ...proxying(upstream), ...fgProxy(silent) })).use(fgErrors(silent));
}

/** @param {import("express").RequestHandler} proxy */
function gateway(proxy) {
  return express().disable("x-powered-by").use(proxy);
}

/**
 * The library's own answer to a fault, but for the status: it says 504 of a connection that was refused, and the bench expects one status.
 * @param {Error} _error
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse | import("node:net").Socket} response
 */
function answerPlain(_error, request, response) {
  if (!("writeHead" in response)) return;
  response.writeHead(502);
  response.end(`Error occurred while trying to proxy: ${request.headers.host}${request.url}`);
}
