import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { z } from "zod";
import { answering, bytes, Rejection } from "../shop/answers.ts";
import { row } from "../shop/database.ts";
import { segment } from "../shop/events.ts";

const File = z.object({ type: z.string(), content: z.instanceof(Uint8Array) });

/**
 * GET /api/files/{name}, where a name may hold anything, slashes too. It is read from the raw path: a path decoded on
 * the way, as HTTP APIs do it, has lost the difference between `%2F` and `/`.
 */
export const handler = async (event: APIGatewayProxyEventV2) =>
  answering(() => {
    const name = segment(event, 2);
    const file = row(File, "SELECT * FROM files WHERE name = ?", name);
    if (file === undefined) throw new Rejection(404, "file-not-found", `There is no file ${name}.`);
    // RFC 8187 has no room for these four, which encodeURIComponent leaves as they are.
    const extended = encodeURIComponent(name).replaceAll(
      /['()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    return bytes(200, file.content, {
      "content-type": file.type,
      "content-disposition": `attachment; filename*=UTF-8''${extended}`,
      "content-location": `/api/files/${encodeURIComponent(name)}`,
    });
  });
