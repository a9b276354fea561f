/** What one benchmark request looks like, and what answers it. */
export interface Shape {
  readonly name: string;
  readonly request: Buffer;
  readonly requestBodyBytes: number;
  readonly answer: Buffer;
  readonly answerBodyBytes: number;
}

/** As much of a head as browsers and frameworks send. */
const REQUEST_FIELDS = `Host: shop.example.com
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
Accept: application/json, text/plain, */*
Accept-Language: en-GB,en;q=0.9,de;q=0.8
Accept-Encoding: gzip, deflate, br, zstd
Referer: https://shop.example.com/catalogue?page=3
Cookie: sid=8f14e45fceea167a5a36dedd4bea2543; theme=dark; _ga=GA1.2.1234567890.1700000000
Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P
X-User-Id: u-20031
Sec-Fetch-Site: same-origin
`.replaceAll("\n", "\r\n");

const ANSWER_FIELDS = `Date: Sat, 21 Nov 2026 10:00:00 GMT
Server: monolith
Content-Type: application/json; charset=utf-8
Cache-Control: private, max-age=0, must-revalidate
ETag: W/"33a64df551425fcc55e4d42a148795d9f25f89d4"
Vary: Accept-Encoding
X-Frame-Options: SAMEORIGIN
Set-Cookie: seen=1; Path=/; HttpOnly; SameSite=Lax
`.replaceAll("\n", "\r\n");

function shape(name: string, method: "GET" | "POST", requestBytes: number, answerBytes: number): Shape {
  const framing =
    requestBytes > 0 ? `Content-Type: application/json\r\nContent-Length: ${requestBytes}\r\n` : "";
  const head = `${method} /api/orders/${name} HTTP/1.1\r\n${REQUEST_FIELDS}${framing}\r\n`;
  const answerHead = `HTTP/1.1 200 OK\r\n${ANSWER_FIELDS}Content-Length: ${answerBytes}\r\n\r\n`;
  return {
    name,
    request: Buffer.from(head + "q".repeat(requestBytes)),
    requestBodyBytes: requestBytes,
    answer: Buffer.from(answerHead + "x".repeat(answerBytes)),
    answerBodyBytes: answerBytes,
  };
}

export const SHAPES: readonly Shape[] = [
  shape("get1k", "GET", 0, 1_024),
  shape("get100k", "GET", 0, 100 * 1_024),
  shape("post10k", "POST", 10 * 1_024, 1_024),
];

export function shapeNamed(name: string): Shape {
  const found = SHAPES.find((shape) => shape.name === name);
  if (found === undefined)
    throw new Error(`no shape ${name}: one of ${SHAPES.map((s) => s.name).join(", ")}`);
  return found;
}
