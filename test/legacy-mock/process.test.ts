import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAIN = join(import.meta.dirname, "../../legacy-mock/main.ts");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "banyan-shop-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(port: number, databaseFile: string) {
  const env = { PATH: process.env["PATH"], PORT: String(port), SHOP_DB: databaseFile };
  return spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
}

describe("the shop as a process", () => {
  it("makes its folder, says where it is, and ends on SIGTERM", async () => {
    const databaseFile = join(folder, "new", "shop.db");
    const shop = start(0, databaseFile);
    const said = String(await once(shop.stdout, "data"));
    const url = /http:\/\/\S+:\d+/.exec(said)?.[0];
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(existsSync(databaseFile)).toBe(true);
    shop.kill("SIGTERM");
    expect(await once(shop, "exit")).toEqual([0, null]);
  });

  it("says in one line that its port is in use", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const address = holder.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const shop = start(port, join(folder, "shop.db"));
    const [said, exit] = await Promise.all([text(shop.stderr), once(shop, "exit")]);
    holder.close();
    expect(said).toBe(`legacy shop: port ${port} is in use; end what holds it, or set PORT to another.\n`);
    expect(exit).toEqual([1, null]);
  });
});
