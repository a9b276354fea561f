import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Variables } from "./interpolate.ts";
import { loadConfig } from "./load.ts";
import type { LoadedConfig } from "./load.ts";
import { MAX_CONFIG_BYTES } from "./yaml-bounds.ts";

/** Reads and checks a routes.yaml; a file that cannot be read is a problem like any other. */
export async function readConfig(path: string, variables: Variables): Promise<LoadedConfig> {
  try {
    const bytes = await readCapped(path);
    if (bytes === null) return unreadable(path, "this is no file", "name a routes.yaml in BANYAN_CONFIG");
    if (!isUtf8(bytes)) return unreadable(path, "the file is not UTF-8", "save it as UTF-8");
    return loadConfig(bytes.toString("utf8"), path, variables);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    if (code === "ENOENT") {
      return unreadable(
        path,
        "there is no such file",
        "write one as the README shows, or name the file in BANYAN_CONFIG",
      );
    }
    return unreadable(path, `the file cannot be read (${String(code)})`, "check its permissions");
  }
}

/** The file up to just past the cap, which `loadConfig` then refuses; null for what is no regular file. */
async function readCapped(path: string): Promise<Buffer | null> {
  // A pipe would keep open() waiting for a writer but for O_NONBLOCK, and is refused either way.
  await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!(await handle.stat()).isFile()) return null;
  const buffer = Buffer.alloc(MAX_CONFIG_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function unreadable(file: string, message: string, hint: string): LoadedConfig {
  const place = { file, line: 1, col: 1, at: "" };
  return { problems: [{ ...place, message, hint, rule: "BYN1001", severity: "error" }] };
}
