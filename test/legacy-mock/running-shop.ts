import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLegacyMock, type LegacyMock } from "../../legacy-mock/shop.ts";

/** A shop of one's own, on a free port; `close` takes its folder away too. */
export async function runningShop(): Promise<LegacyMock & { readonly databaseFile: string }> {
  const folder = mkdtempSync(join(tmpdir(), "banyan-shop-"));
  const databaseFile = join(folder, "shop.db");
  const shop = await startLegacyMock({ port: 0, databaseFile, quiet: true });
  return {
    ...shop,
    databaseFile,
    async close() {
      await shop.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
