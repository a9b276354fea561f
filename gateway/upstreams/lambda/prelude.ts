/** Between the head of a streamed answer and its body (https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html). */
const SEPARATOR = Buffer.alloc(8);
const BRACE = 0x7b;

/** A streamed answer so far: its head and the body's first bytes, `raw` when it has no head, `more` when it is too early to tell. */
export type Beginning =
  | { readonly kind: "prelude"; readonly prelude: Record<string, unknown>; readonly rest: Buffer }
  | { readonly kind: "raw" }
  | { readonly kind: "more" };

/**
 * Looks for the head of what `awslambda.HttpResponseStream` sends: a JSON object and eight NUL bytes. JSON text has no NUL
 * in it (RFC 8259 §7), so the first eight are the ones.
 */
export function beginningOf(bytes: Uint8Array): Beginning {
  if (bytes.length === 0) return { kind: "more" };
  if (bytes[0] !== BRACE) return { kind: "raw" };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf(SEPARATOR);
  if (end === -1) return { kind: "more" };
  const prelude = objectIn(buffer.subarray(0, end));
  if (prelude === null) return { kind: "raw" };
  return { kind: "prelude", prelude, rest: buffer.subarray(end + SEPARATOR.length) };
}

function objectIn(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    // Begins with a brace, so it is an object if it is JSON at all.
    return Object.fromEntries(Object.entries(value ?? {}));
  } catch {
    return null;
  }
}
