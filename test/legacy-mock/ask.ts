import { request, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";

/** What is asked, beside method and target. */
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** An answer as it came over the wire: nothing followed, decoded or decompressed. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly cookies: readonly string[];
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
}

/** Asks over HTTP. The target goes out byte for byte, and so does `"GET"` or whatever stands before it. */
export function ask(url: string, line: string, { headers = {}, body }: Asked = {}): Promise<Answered> {
  const [method = "", target = ""] = line.split(" ");
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, method, path: target, headers: { ...headers }, agent: false });
    req.once("error", reject);
    req.once("response", (res) => {
      buffer(res).then(
        (bytes) =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            cookies: res.headers["set-cookie"] ?? [],
            trailers: res.trailers,
            body: bytes,
          }),
        reject,
      );
    });
    req.end(body);
  });
}

/** A JSON body and the header that says so. */
export function jsonOf(value: unknown): Required<Asked> {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** The body as JSON. */
export function parsed({ body }: Answered): unknown {
  return JSON.parse(body.toString());
}
