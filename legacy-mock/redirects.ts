import type { On } from "./endpoints.ts";
import { pathPart, queryString } from "./reading.ts";

/** Addresses that moved. 303 is the contact form's and the sign-in page's. */
export function redirects(on: On): void {
  on("GET /old/orders/{id}", (req, res) => {
    res.redirect(301, `/api/orders/${encodeURIComponent(pathPart(req, "id"))}`);
  });

  on("GET /go/{sku}", (req, res) => {
    res.redirect(302, `/api/products/${encodeURIComponent(pathPart(req, "sku"))}`);
  });

  on("ANY /api/v1/{rest*}", (req, res) => {
    const query = queryString(req);
    res.redirect(307, `/api/${req.path.slice("/api/v1/".length)}${query === "" ? "" : `?${query}`}`);
  });
}
