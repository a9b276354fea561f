/** One request, before it becomes bytes on a wire or an event. Header values hold one character a byte. */
export interface TestRequest {
  /** Unique; for tables of faults. */
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | null;
  /** Sent in chunks, its length untold. */
  readonly chunked: boolean;
}

type Options = { body?: string | Buffer; chunked?: boolean; name?: string };

/** `line` is as in `GET /path`, and the request's name unless told; `headers` are lines. */
export function request(line: string, headers: readonly string[] = [], options: Options = {}): TestRequest {
  const space = line.indexOf(" ");
  return {
    name: options.name ?? line,
    method: line.slice(0, space),
    target: line.slice(space + 1),
    headers: headers.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).trim()] as const;
    }),
    body: options.body === undefined ? null : Buffer.from(options.body),
    chunked: options.chunked ?? false,
  };
}

/** The bytes of a request that ends its connection. */
export function bytesOf({ method, target, headers, body, chunked }: TestRequest, host: string): Buffer {
  const framing =
    body === null ? [] : [chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`];
  const fields = headers.map(([name, value]) => `${name}: ${value}`);
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...fields, ...framing, "Connection: close"];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (body === null) return head;
  return Buffer.concat(chunked ? [head, ...inChunks(body)] : [head, body]);
}

function inChunks(body: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += 7) {
    const part = body.subarray(at, at + 7);
    chunks.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return [...chunks, Buffer.from("0\r\n\r\n")];
}
