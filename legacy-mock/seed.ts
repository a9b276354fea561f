import { scryptSync } from "node:crypto";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import { png } from "./png.ts";
import { randomFrom } from "./random.ts";
import { CATEGORIES, CITIES, FILES, FIRST_NAMES, LAST_NAMES, MATERIALS, TAGS, THINGS } from "./stock.ts";

/** Every seeded customer signs in with this. */
export const PASSWORD = "banyan";
const SALT = "shop";
const PRODUCTS = 120;
const CUSTOMERS = 200;
const FIRST_ORDER = 1001;
const ORDERS = 2_000;
const SKUS = Array.from({ length: PRODUCTS }, (_, index) => `SKU-${1001 + index}`);
const DAY_MS = 86_400_000;
const OPENED_MS = Date.UTC(2025, 0, 2, 8);

/** How the shop keeps a password. Cheap on purpose: there is nothing to steal here. */
export function passwordHash(password: string): string {
  return scryptSync(password, SALT, 32, { N: 1024 }).toString("hex");
}

/** Fills an empty shop; the same rows every time. One that has customers is left as it is. */
export function seed(database: ShopDatabase): void {
  database.atomically(() => {
    const Count = z.object({ count: z.number() });
    if (database.first(Count, "SELECT count(*) AS count FROM customers")?.count !== 0) return;
    seedProducts(database);
    seedCustomers(database);
    seedOrders(database);
    for (const { name, type, content } of FILES)
      database.run("INSERT INTO files VALUES (?, ?, ?)", name, type, Buffer.from(content));
  });
}

function seedProducts(database: ShopDatabase): void {
  const random = randomFrom(1);
  for (const [index, sku] of SKUS.entries()) {
    const name = `${MATERIALS[index % MATERIALS.length]} ${THINGS[Math.floor(index / MATERIALS.length)]}`;
    const category = CATEGORIES[random(CATEGORIES.length)]!;
    const description = `${name} for ${category}, made to last “a lifetime” & a day.`;
    database.run(
      "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      sku,
      name,
      category,
      description,
      199 + random(14_000),
      50_000 + random(50_000),
      day(random(400)),
      picture(random(0x1000000), random(0x1000000)),
    );
  }
}

/** A small checked pattern in two colours, mirrored like an identicon. */
function picture(ink: number, pattern: number): Buffer {
  const size = 48;
  return png(size, (x, y) => {
    const column = Math.floor(Math.min(x, size - 1 - x) / 6);
    const bit = (column + Math.floor(y / 8) * 4) % 24;
    return (pattern >> bit) & 1 ? ink : 0xf4f1ea;
  });
}

function seedCustomers(database: ShopDatabase): void {
  const random = randomFrom(2);
  const hash = passwordHash(PASSWORD);
  for (let id = 1; id <= CUSTOMERS; id++) {
    const [city, country] = CITIES[random(CITIES.length)]!;
    database.run(
      "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      `${FIRST_NAMES[random(FIRST_NAMES.length)]} ${LAST_NAMES[random(LAST_NAMES.length)]}`,
      `customer${id}@shop.example`,
      city,
      country,
      JSON.stringify(TAGS.filter(() => random(2) === 0)),
      hash,
      day(random(400)),
    );
  }
}

/** One order in three carries a discount: these are where careless arithmetic shows. */
const DISCOUNTS = [0, 0, 0, 0, 0, 0, 0, 0, 5, 10, 15, 25];
const STATUSES = ["placed", "paid", "shipped", "delivered", "cancelled"];

function seedOrders(database: ShopDatabase): void {
  const random = randomFrom(3);
  for (let id = FIRST_ORDER; id < FIRST_ORDER + ORDERS; id++) {
    database.run(
      "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
      id,
      1 + random(CUSTOMERS),
      STATUSES[random(STATUSES.length)]!,
      DISCOUNTS[random(DISCOUNTS.length)]!,
      day(((id - FIRST_ORDER) * 500) / ORDERS),
    );
    const first = random(PRODUCTS);
    const lines = 1 + random(4);
    for (let position = 1; position <= lines; position++) {
      database.run(
        "INSERT INTO orderLines SELECT ?, ?, sku, ?, priceCents FROM products WHERE sku = ?",
        id,
        position,
        1 + random(5),
        SKUS[(first + position * 7) % PRODUCTS]!,
      );
    }
  }
}

function day(days: number): string {
  return new Date(Math.floor((OPENED_MS + days * DAY_MS) / 1000) * 1000).toISOString();
}
