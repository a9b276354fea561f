import { z } from "zod";

/** A product as it is stored, its picture aside. */
export const ProductRow = z.object({
  sku: z.string(),
  name: z.string(),
  category: z.string(),
  description: z.string(),
  priceCents: z.number(),
  stock: z.number(),
  updatedAt: z.string(),
});

/** A product as callers see it. */
export function productDocument({ priceCents, stock, updatedAt, ...named }: z.infer<typeof ProductRow>) {
  const image = `/api/products/${named.sku}/image`;
  return { ...named, price: priceCents / 100, currency: "EUR", stock, image, updatedAt };
}
