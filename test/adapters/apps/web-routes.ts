import { cached, FIXED_ANSWERS, picture, type FixedAnswer } from "./fixed-answers.ts";
import { bytesSeen, echoed } from "./sight.ts";

/** One endpoint of an app that is written against the web's own Request and Response, whatever routes to it. */
export interface WebRoute {
  readonly methods: "read" | "write" | "any";
  readonly path: `/${string}`;
  /** Paths below it are meant too. */
  readonly below: boolean;
  readonly answer: (request: Request) => Response | Promise<Response>;
}

export const WEB_ROUTES: readonly WebRoute[] = [
  ...Object.entries(FIXED_ANSWERS).map(([path, fixed]) => read(path, () => given(fixed))),
  read("/picture", ({ headers }) => given(picture(headers.get("range") ?? undefined))),
  read("/cached", ({ headers }) => given(cached(headers.get("if-none-match") ?? undefined))),
  read(
    "/stream",
    () => new Response(ReadableStream.from(["one\n", "two ☕\n", "three\n"].map(encoded)), textual),
  ),
  read("/latin1-text", () => given(FIXED_ANSWERS["/latin1"]!)),
  read("/head-first", () => {
    const headers = new Headers({ "Content-Type": "text/plain", "X-Tag": "a" });
    for (const cookie of ["a=1", "b=2"]) headers.append("Set-Cookie", cookie);
    return new Response("made", { status: 201, statusText: "Made", headers });
  }),
  read("/boom", () => {
    throw new Error("boom");
  }),
  read("/connection", ({ url, headers }) => {
    const { protocol, hostname } = new URL(url);
    const [userAgent, length] = ["user-agent", "content-length"].map((name) => headers.get(name));
    return Response.json({ protocol, hostname, userAgent, length });
  }),
  { methods: "write", path: "/upload", below: false, answer: upload },
  { methods: "any", path: "/echo", below: true, answer: echo },
];

/** What both routers say of paths that they do not know. */
export const notFound = () => Response.json({ error: "not found" }, { status: 404 });
/** What both routers say when an endpoint throws. */
export const failed = () => Response.json({ error: "boom" }, { status: 500 });

const textual = { headers: { "Content-Type": "text/plain; charset=utf-8" } };
const encoded = (text: string) => new TextEncoder().encode(text);

function read(path: string, answer: WebRoute["answer"]): WebRoute {
  return { methods: "read", path: path as `/${string}`, below: false, answer };
}

async function echo(request: Request): Promise<Response> {
  const { pathname, search, searchParams } = new URL(request.url);
  const bytes = new Uint8Array(await request.arrayBuffer());
  return Response.json({
    method: request.method,
    url: pathname + search,
    query: [...searchParams],
    headers: echoed((name) => request.headers.get(name)),
    body: bytesSeen(bytes),
    parsed: parsed(request.headers.get("content-type") ?? "", bytes),
  });
}

function parsed(type: string, bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  if (type.startsWith("application/x-www-form-urlencoded")) return [...new URLSearchParams(text)];
  if (!type.startsWith("application/json")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return "no JSON";
  }
}

async function upload(request: Request): Promise<Response> {
  const parts: object[] = [];
  for (const [name, value] of await request.formData()) {
    if (typeof value === "string") parts.push({ name, value });
    else {
      const { name: filename, type } = value;
      parts.push({ name, filename, type, ...bytesSeen(new Uint8Array(await value.arrayBuffer())) });
    }
  }
  return Response.json(parts);
}

function given({ status, headers: fields, body }: FixedAnswer): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) headers.append(name, value);
  }
  return new Response(body.length === 0 ? null : new Uint8Array(body), { status, headers });
}
