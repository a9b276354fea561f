import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const KEY_BYTES = 32;

/** This installation's key for redaction, made when it is first needed. Gateways that share evidence share the key. */
export async function redactionKey(path: string): Promise<Buffer> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, randomBytes(KEY_BYTES).toString("base64url"), {
      flag: "wx",
      mode: 0o600,
      flush: true,
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const key = Buffer.from(await readFile(path, "utf8"), "base64url");
  if (key.length === KEY_BYTES) return key;
  throw new Error(`${path} holds no key for redaction: remove it, and a new one is made`);
}
