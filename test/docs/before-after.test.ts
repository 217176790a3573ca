// README's picture is drawn from what a client really gets. `vitest run test/docs/before-after.test.ts -u` draws it anew.
import type { RequestListener } from "node:http";
import { fgErrors, fgProxy } from "@fg-errors/express";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { expect, it } from "vitest";
import { exchange, request, withServer } from "../wire.js";
import { drawPanes } from "./before-after.js";

/** Answers as a Java service does whose error page was never changed. */
const upstream: RequestListener = (_request, response) => {
  response.writeHead(500, { "Content-Type": "text/html", Server: "shop/1.4 (10.0.3.17)" })
    .end(`<html><head><title>Error</title></head>
<body><h1>HTTP Status 500</h1>
<pre>org.postgresql.util.PSQLException: FATAL:
  password authentication failed for user "shop"
    at org.postgresql.Driver.connect(Driver.java:297)
    at com.example.shop.Orders.find(Orders.java:42)
    at com.example.shop.Orders.get(Orders.java:23)
    at com.example.shop.Web.handle(Web.java:118)
    at com.example.shop.Web.serve(Web.java:87)
    at java.base/java.lang.Thread.run(Thread.java)
</pre></body></html>
`);
};

it("README's picture has the responses of a gateway without fg-errors and with it", async () => {
  const options = { onError() {} };
  const responses = await withServer(upstream, async (port) => {
    const target = `http://127.0.0.1:${port}`;
    const gateways = [
      express().use(createProxyMiddleware({ target })),
      express().use(createProxyMiddleware(fgProxy(options, { target })), fgErrors(options)),
    ];
    const asked = request("GET /orders/17", { "X-Request-Id": "a1b2c3" });
    return Promise.all(gateways.map((gateway) => withServer(gateway, (own) => exchange(own, asked))));
  });
  const [without = "", withUs = ""] = responses.map((response) =>
    response.replace(/\r\n\r\n[\da-f]+\r\n([^]*)\r\n0\r\n\r\n$/, "\r\n\r\n$1"),
  );
  const picture = drawPanes("GET /orders/17, and the upstream fails", [
    { title: "A gateway without fg-errors", response: without },
    { title: "The same gateway with fg-errors", response: withUs },
  ]);
  await expect(picture).toMatchFileSnapshot("../../docs/images/before-after.svg");
});
