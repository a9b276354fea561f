import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import busboy from "busboy";
import { bytesSeen } from "./sight.ts";

/** Every part of a form, read as it streams in. */
export function partsOf(headers: IncomingHttpHeaders, body: Readable): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const parts: Promise<object>[] = [];
    const form = busboy({ headers, defParamCharset: "utf8" });
    form.on("field", (name, value) => parts.push(Promise.resolve({ name, value })));
    form.on("file", (name, file, { filename, mimeType }) => {
      parts.push(buffer(file).then((bytes) => ({ name, filename, mimeType, ...bytesSeen(bytes) })));
    });
    form.on("close", () => resolve(Promise.all(parts)));
    form.on("error", reject);
    body.pipe(form);
  });
}
