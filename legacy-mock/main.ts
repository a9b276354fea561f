import { startLegacyMock } from "./shop.ts";

const port = Number(process.env["PORT"] ?? 3000);
const host = process.env["HOST"] ?? "127.0.0.1";
const build = process.env["SHOP_BUILD"];

try {
  const shop = await startLegacyMock({
    port,
    host,
    databaseFile: process.env["SHOP_DB"] ?? ".banyan/shop.db",
    ...(build !== undefined && { build }),
  });
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void shop.close());
} catch (error) {
  console.error(`legacy shop: ${reasonOf(error)}`);
  process.exitCode = 1;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE")
    return `port ${port} is in use; end what holds it, or set PORT to another.`;
  return error.message;
}
