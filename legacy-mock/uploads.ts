import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import busboy from "busboy";
import type { Request } from "express";
import type { ShopDatabase } from "./database.ts";
import { digest, type Digest } from "./digest.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { randomFrom } from "./random.ts";
import { queryNumber } from "./reading.ts";
import { Refusal } from "./refusal.ts";

interface Upload extends Digest {
  readonly field: string;
  /** Missing when the client gave none. */
  readonly name: string | undefined;
  readonly type: string;
}

const GIB = 1024 ** 3;
const random = randomFrom(4);
const BLOCK = Buffer.from(Uint8Array.from({ length: 64 * 1024 }, () => random(256)));

/** Large and binary bodies, both ways. Nothing is kept but its fingerprint. */
export function uploads(on: On, database: ShopDatabase): void {
  on("POST /api/uploads", async (req, res) => {
    const { files, fields } = await received(req);
    database.atomically(() => {
      for (const { sha256 } of files) journalWrite(database, "upload", sha256);
    });
    res.status(201).json({ files, fields });
  });

  on("GET /api/blob", (req, res) => {
    const bytes = queryNumber(req, "bytes", { least: 0, most: 4 * GIB, otherwise: 1024 });
    res.set({ "Content-Type": "application/octet-stream", "Content-Length": String(bytes) });
    if (req.method === "HEAD") return res.end();
    // A client that leaves early is no failure of ours.
    return pipeline(Readable.from(blocks(bytes)), res).catch(() => undefined);
  });

  const fingerprint = async (req: Request) => {
    const blob = await digest(req);
    journalWrite(database, "blob", blob.sha256);
    return blob;
  };
  on("POST /api/blob", async (req, res) => res.status(201).json(await fingerprint(req)));
  on("PUT /api/blob", async (req, res) => res.json(await fingerprint(req)));
}

function* blocks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= BLOCK.length) yield BLOCK.subarray(0, left);
}

/** A multipart form: its files as fingerprints, its fields as they are (RFC 7578). */
async function received(req: Request): Promise<{ files: Upload[]; fields: [name: string, value: string][] }> {
  const files: Promise<Upload>[] = [];
  const fields: [string, string][] = [];
  try {
    const form = busboy({ headers: req.headers, defParamCharset: "utf8" });
    form.on("field", (name, value) => fields.push([name, value]));
    form.on("file", (field, stream, { filename, mimeType }) => {
      const upload = digest(stream).then((blob) => ({ field, name: filename, type: mimeType, ...blob }));
      // Also observed below; a form cut short fails here first.
      upload.catch(() => undefined);
      files.push(upload);
    });
    await pipeline(req, form);
    return { files: await Promise.all(files), fields };
  } catch {
    throw new Refusal(400, "invalid-form", "Send multipart/form-data, whole, with its boundary.");
  }
}
