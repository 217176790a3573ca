// Orders as a FunctionGraph HTTP function: an ordinary Express application, on the one address that FunctionGraph asks.
import { fgErrors, problem } from "@fg-errors/express";
import express from "express";

const orders = new Map([["17", { id: "17", item: "teapot", price: 25 }]]);

const app = express();
app.use(express.json());

app.get("/orders/:id", (request, response) => {
  const order = orders.get(request.params.id);
  if (order === undefined) throw problem(404, "There is no such order", { code: "SHOP.0404" });
  response.json(order);
});

app.post("/orders/:id/coupons", (request, response) => {
  if (request.body?.coupon !== "TEATIME") throw problem(409, "This coupon is not valid", { code: "SHOP.0409" });
  response.json({ discount: 5 });
});

// Fails on purpose: the function's log says why, the client only learns that it failed.
app.get("/orders/:id/invoice", () => {
  throw new Error(`The printer ${process.env["PRINTER"]} does not answer`);
});

app.use(fgErrors());

app.listen(8000, "127.0.0.1");
