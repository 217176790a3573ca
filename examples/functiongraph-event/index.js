// Orders as a FunctionGraph event function behind an API Gateway trigger. CommonJS, since that is what the runtime loads.
const { fgErrors, problem } = require("@fg-errors/functiongraph");

const orders = new Map([["17", { id: "17", item: "teapot", price: 25 }]]);

exports.handler = fgErrors((event) => {
  const [, , id = "", part = ""] = event.path.split("/"); // of /orders/17/coupons
  const order = orders.get(id);
  if (order === undefined) throw problem(404, "There is no such order", { code: "SHOP.0404" });
  switch (`${event.httpMethod} ${part}`) {
    case "GET ":
      return json(order);
    case "POST coupons":
      if (contentOf(event)?.coupon !== "TEATIME") throw problem(409, "This coupon is not valid", { code: "SHOP.0409" });
      return json({ discount: 5 });
    case "GET invoice": // fails on purpose: the function's log says why, the client only learns that it failed
      throw new Error(`The printer ${process.env["PRINTER"]} does not answer`);
    default:
      throw problem(404);
  }
});

/**
 * API Gateway hands content over in Base64, unless the API says otherwise.
 * @param {import("@fg-errors/functiongraph").ApigEvent} event
 */
function contentOf({ body, isBase64Encoded }) {
  try {
    return JSON.parse(Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString());
  } catch {
    throw problem(400, "The content is not valid JSON");
  }
}

/** @param {object} value */
function json(value) {
  const headers = { "Content-Type": "application/json" };
  return { statusCode: 200, headers, body: JSON.stringify(value), isBase64Encoded: false };
}
