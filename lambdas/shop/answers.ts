import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export type Answer = APIGatewayProxyStructuredResultV2;
type Headers = Record<string, string>;

export const JSON_TYPE = "application/json; charset=utf-8";

/** JSON, said as the monolith says it. */
export function json(statusCode: number, value: unknown, headers: Headers = {}): Answer {
  return { statusCode, headers: { ...headers, "content-type": JSON_TYPE }, body: JSON.stringify(value) };
}

/** Bytes; payload format 2.0 carries them as base64. */
export function bytes(statusCode: number, content: Uint8Array, headers: Headers): Answer {
  return { statusCode, headers, body: Buffer.from(content).toString("base64"), isBase64Encoded: true };
}

/** A request turned down; `answering` makes an answer of it. */
export class Rejection extends Error {
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** What `work` answers, or why it would not. Anything else that is thrown is the platform's to report. */
export function answering(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return json(error.statusCode, { error: { code: error.code, message: error.message } });
  }
}
