import type { HarEntry } from "./har-schema.ts";

/** A body as far as a HAR has it. */
export interface HarBody {
  readonly body: Buffer;
  readonly isWhole: boolean;
}

const NOTHING: HarBody = { body: Buffer.alloc(0), isWhole: true };

/** What was posted: its text, or else the form that its parameters make. */
export function postedBody({ postData, bodySize, headers }: HarEntry["request"]): HarBody {
  // Of what a page sent from a Blob or a file, Chromium says that it is nothing; only its length went over the wire.
  const atLeast = Math.max(bodySize ?? 0, lengthIn(headers));
  if (!postData) return { ...NOTHING, isWhole: atLeast <= 0 };
  const { text, params, mimeType } = postData;
  if (text === undefined || text === null || (text === "" && params?.length)) {
    if (!params?.length) return { ...NOTHING, isWhole: atLeast <= 0 };
    // The parts of a multipart body have boundaries and fields that nobody wrote down.
    if (!/^application\/x-www-form-urlencoded/i.test(mimeType ?? "")) return { ...NOTHING, isWhole: false };
    const form = new URLSearchParams(params.map(({ name, value }): [string, string] => [name, value ?? ""]));
    return { body: Buffer.from(form.toString()), isWhole: true };
  }
  const read = textBody(text, postData.encoding ?? postData._encoding, mimeType);
  // Packed bytes do not survive being shown as text.
  const isPacked = headers?.some(
    ({ name, value }) => /^content-encoding$/i.test(name) && value !== "identity",
  );
  const survived = read.isWhole && (!isPacked || Boolean(postData.encoding ?? postData._encoding));
  // Some count characters, which are never more than bytes.
  return { body: read.body, isWhole: survived && atLeast <= read.body.length };
}

function lengthIn(headers: HarEntry["request"]["headers"]): number {
  return Number(headers?.find(({ name }) => /^content-length$/i.test(name))?.value) || 0;
}

/** What was answered, its codings taken off. */
export function answeredBody({ content, bodySize }: NonNullable<HarEntry["response"]>): HarBody {
  const { text, encoding, mimeType, size } = content ?? {};
  if (text === undefined || text === null || text === "") {
    // -1 is for what nobody knows. Browsers write it of redirects, whose bodies they do not keep.
    const length = (size === -1 ? bodySize : size) ?? bodySize ?? size ?? 0;
    return { ...NOTHING, isWhole: length === 0 };
  }
  const read = textBody(text, encoding, mimeType);
  return { body: read.body, isWhole: read.isWhole && (size ?? 0) <= read.body.length };
}

/** Not whole when the text cannot be turned into the bytes that were sent. */
function textBody(
  text: string,
  encoding: string | null | undefined,
  mimeType: string | null | undefined,
): HarBody {
  if (encoding) {
    const isKnown = encoding.toLowerCase() === "base64" && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text);
    return isKnown ? { body: Buffer.from(text, "base64"), isWhole: true } : { ...NOTHING, isWhole: false };
  }
  const charset = /charset="?([\w-]+)/i.exec(mimeType ?? "")?.[1]?.toLowerCase() ?? "utf-8";
  if (charset === "iso-8859-1" && !/[\u0100-\uffff]/.test(text))
    return { body: Buffer.from(text, "latin1"), isWhole: true };
  const isUtf8 =
    charset === "utf-8" ||
    charset === "utf8" ||
    charset === "us-ascii" ||
    Buffer.byteLength(text) === text.length;
  // U+FFFD stands where a browser met bytes that are no text.
  return { body: Buffer.from(text), isWhole: isUtf8 && text.isWellFormed() && !text.includes("\ufffd") };
}
