import type { Response } from "express";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { CURRENCY, decimal, discounted } from "./money.ts";
import { pathPart } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const Row = z.object({ discountPercent: z.number(), subtotal: z.number() });

/** A month in figures, as JSON or as a page, whichever the caller prefers. */
export function reports(on: On, database: ShopDatabase): void {
  on("GET /api/reports/{year}/{month}", (req, res) => {
    const month = `${pathPart(req, "year")}-${pathPart(req, "month")}`;
    if (!/^20\d\d-(0[1-9]|1[0-2])$/.test(month))
      throw new Refusal(404, "no-such-month", `There is no month ${month}; write it as 2026/03.`);
    const rows = database.all(
      Row,
      `SELECT discountPercent, (SELECT sum(quantity * priceCents) FROM orderLines WHERE orderId = o.id) AS subtotal
         FROM orders o WHERE placedAt LIKE ? || '-%' AND status <> 'cancelled'`,
      month,
    );
    const cents = rows.reduce((sum, row) => sum + discounted(row.subtotal, row.discountPercent), 0);
    const generatedAt = new Date().toISOString();
    const report = { month, orders: rows.length, revenue: decimal(cents), currency: CURRENCY, generatedAt };
    res.format({ json: () => res.json(report), html: () => sendPage(res, report) });
  });
}

function sendPage(
  res: Response,
  report: { month: string; orders: number; revenue: number; generatedAt: string },
) {
  const { month, orders, revenue, generatedAt } = report;
  res.send(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Report ${month}</title>
<h1>${month}</h1>
<p>${orders} orders, ${revenue.toFixed(2)} ${CURRENCY}</p>
<p><small>Generated ${generatedAt}</small></p>
</html>
`);
}
