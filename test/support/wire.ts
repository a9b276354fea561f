import { rawExchange } from "./raw-client.ts";

/** An answer as it came over the wire, taken apart. One character a byte everywhere. */
export interface WireAnswer {
  /** Status lines of interim answers, with their fields. */
  readonly interim: readonly string[];
  readonly statusLine: string;
  /** `Name: value`, in order and case, without the fields that belong to one connection. */
  readonly fields: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
  /** False when the connection ended before the answer did. */
  readonly complete: boolean;
}

const OF_THE_CONNECTION = /^(connection|keep-alive|transfer-encoding|date):/i;

/** Asks once on a connection of its own, and takes the answer apart. `date` counts as the connection's: it is the clock's. */
export async function wire(port: number, request: string | Buffer): Promise<WireAnswer> {
  let rest = await rawExchange(port, request);
  const interim: string[] = [];
  while (/^HTTP\/1\.1 1\d\d /.test(rest)) {
    const end = rest.indexOf("\r\n\r\n");
    interim.push(rest.slice(0, end));
    rest = rest.slice(end + 4);
  }
  const end = rest.indexOf("\r\n\r\n");
  const [statusLine = "", ...all] = rest.slice(0, end).split("\r\n");
  const raw = rest.slice(end + 4);
  const chunked = all.some((field) => /^transfer-encoding: chunked$/i.test(field));
  const length = /^content-length: (\d+)$/i.exec(
    all.find((field) => /^content-length:/i.test(field)) ?? "",
  )?.[1];
  const fields = all.filter((field) => !OF_THE_CONNECTION.test(field));
  if (chunked) return { interim, statusLine, fields, ...dechunked(raw) };
  const bodiless = String(request).startsWith("HEAD") || /^HTTP\/1\.1 (204|304)/.test(statusLine);
  const complete = end !== -1 && (bodiless || length === undefined || raw.length === Number(length));
  return { interim, statusLine, fields, body: raw, trailers: [], complete };
}

function dechunked(raw: string): Pick<WireAnswer, "body" | "trailers" | "complete"> {
  let body = "";
  let at = 0;
  while (true) {
    const lineEnd = raw.indexOf("\r\n", at);
    if (lineEnd === -1) return { body, trailers: [], complete: false };
    const size = Number.parseInt(raw.slice(at, lineEnd), 16);
    if (size === 0) {
      const trailers = raw
        .slice(lineEnd + 2)
        .split("\r\n")
        .filter((line) => line !== "");
      return { body, trailers, complete: raw.endsWith("\r\n\r\n") };
    }
    body += raw.slice(lineEnd + 2, lineEnd + 2 + size);
    if (raw.length < lineEnd + 2 + size + 2) return { body, trailers: [], complete: false };
    at = lineEnd + 2 + size + 2;
  }
}
