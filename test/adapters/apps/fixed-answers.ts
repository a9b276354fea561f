import { gzipSync } from "node:zlib";

/** An answer that is the same for everybody; every app gives it by its framework's own means. */
export interface FixedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Empty for none at all. */
  readonly body: Buffer;
}

const GREETING = "Grüße an alle ☕ 🍌\n";
const text = { "Content-Type": "text/plain; charset=utf-8" };
const json = { "Content-Type": "application/json; charset=utf-8" };
const octets = (length: number) => Buffer.from(Array.from({ length }, (_, i) => i % 256));

/** By path; to be asked with GET and HEAD. */
export const FIXED_ANSWERS: Readonly<Record<string, FixedAnswer>> = {
  "/text": answer(200, text, GREETING),
  "/latin1": answer(
    200,
    { "Content-Type": "text/plain; charset=iso-8859-1" },
    Buffer.from("Grüße", "latin1"),
  ),
  "/untyped": answer(200, { "Content-Type": "application/octet-stream" }, octets(300)),
  "/empty": answer(200, text),
  "/nothing": answer(204),
  "/large": answer(
    200,
    json,
    JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, name: `Grüße ${id}` }))),
  ),
  "/gzip": answer(200, { ...text, "Content-Encoding": "gzip" }, gzipSync(GREETING.repeat(50))),
  "/download": answer(
    200,
    {
      "Content-Type": "application/zip",
      "Content-Disposition": "attachment; filename=\"a.zip\"; filename*=UTF-8''gr%C3%BC%C3%9Fe.zip",
    },
    Buffer.concat([Buffer.from("PK\x03\x04"), octets(70_000)]),
  ),
  "/cookies": answer(200, {
    ...text,
    "Set-Cookie": [
      "sid=abc; Path=/; HttpOnly; SameSite=Lax",
      "theme=dark; Expires=Wed, 21 Oct 2037 07:28:00 GMT",
      "gone=; Max-Age=0",
    ],
  }),
  "/cookie": answer(200, { ...text, "Set-Cookie": "theme=dark; Expires=Wed, 21 Oct 2037 07:28:00 GMT" }),
  "/headers": answer(
    200,
    {
      ...text,
      Link: ['</a>; rel="next"', '</b>; rel="prev"'],
      Vary: "Accept, Origin",
      "Cache-Control": "private, max-age=60",
      "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT",
      "X-Latin1": "caf\u00e9",
      "X-Utf8": Buffer.from("☕").toString("latin1"),
      "X-Empty": "",
    },
    "many",
  ),
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [
      `/moved/${status}`,
      answer(status, { ...text, Location: "/echo/caf%C3%A9?a=1&b=%2F" }, "moved"),
    ]),
  ),
  ...Object.fromEntries(
    [400, 403, 404, 409, 410, 422, 429, 500, 503].map((status) => [
      `/errors/${status}`,
      answer(
        status,
        { "Content-Type": "application/problem+json", "Retry-After": "5" },
        JSON.stringify({ status }),
      ),
    ]),
  ),
  "/errors/401": answer(
    401,
    { ...text, "WWW-Authenticate": ['Basic realm="a"', 'Bearer realm="b", error="x"'] },
    "who?",
  ),
};

const PICTURE = octets(1_024);

/** Bytes of every kind, whole or the part that is asked for (RFC 9110 §14). */
export function picture(range: string | undefined): FixedAnswer {
  const headers = {
    "Content-Type": "image/png",
    "Accept-Ranges": "bytes",
    "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT",
  };
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (from === "" && to === "") return answer(200, headers, PICTURE);
  const start = from === "" ? PICTURE.length - Number(to) : Number(from);
  const end = from === "" || to === "" ? PICTURE.length - 1 : Number(to);
  if (start >= PICTURE.length) return answer(416, { "Content-Range": `bytes */${PICTURE.length}` });
  return answer(
    206,
    { ...headers, "Content-Range": `bytes ${start}-${end}/${PICTURE.length}` },
    PICTURE.subarray(start, end + 1),
  );
}

/** Revalidated: 304 for whoever has it (RFC 9110 §13.1.2). */
export function cached(ifNoneMatch: string | undefined): FixedAnswer {
  const headers = { ETag: '"v1"', "Cache-Control": "no-cache" };
  return ifNoneMatch === '"v1"' ? answer(304, headers) : answer(200, { ...headers, ...text }, "fresh");
}

function answer(
  status: number,
  headers: FixedAnswer["headers"] = {},
  body: string | Buffer = "",
): FixedAnswer {
  return { status, headers, body: Buffer.from(body) };
}
