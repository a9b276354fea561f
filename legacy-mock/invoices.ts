import { CustomerRow } from "./customers.ts";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { CURRENCY, decimalText } from "./money.ts";
import { findOrder } from "./orders.ts";
import { pdf } from "./pdf.ts";
import { pathPart } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const Name = CustomerRow.pick({ name: true, city: true, country: true });

/** Invoices as PDF. */
export function invoices(on: On, database: ShopDatabase): void {
  on("GET /api/invoices/{number}", (req, res) => {
    const number = pathPart(req, "number");
    if (!/^INV-\d+$/.test(number))
      throw new Refusal(404, "invoice-not-found", `There is no invoice ${number}.`);
    const order = findOrder(database, number.slice("INV-".length));
    const customer = database.first(Name, "SELECT * FROM customers WHERE id = ?", order.customerId)!;
    const file = pdf([
      `Invoice ${number}`,
      `${customer.name}, ${customer.city} (${customer.country})`,
      `Ordered ${order.placedAt.slice(0, 10)}`,
      "",
      ...order.lines.map((line) => `${line.quantity} x ${line.sku}   ${decimalText(line.priceCents)}`),
      "",
      `Discount ${order.discountPercent} %`,
      `Total ${decimalText(order.totalCents)} ${CURRENCY}`,
    ]);
    res.set({
      "Content-Type": "application/pdf",
      "Content-Disposition": `inline; filename="${number}.pdf"`,
      "Cache-Control": "private, max-age=3600",
    });
    res.send(file);
  });
}
