import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundlePage } from "./bundle.ts";

/** `npm run build:page`: writes what the gateway serves. It is committed, so that nobody needs to build it. */

const TO = join(import.meta.dirname, "../gateway/admin/page-assets");

mkdirSync(TO, { recursive: true });
for (const [name, text] of Object.entries(await bundlePage())) {
  writeFileSync(join(TO, name), text);
  console.log(`${name}  ${text.length} characters, ${gzipSync(text, { level: 9 }).length} bytes gzipped`);
}
