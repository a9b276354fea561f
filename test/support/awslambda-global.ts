import { Writable } from "node:stream";
import type { APIGatewayProxyEventV2, Context, StreamifyHandler } from "aws-lambda";
import { z } from "zod";

/** What a streaming function said: the prelude's metadata, then the body in the chunks it was written in. */
export interface Streamed {
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly chunks: readonly Buffer[];
}

const DELIMITER_BYTES = 8;
const Metadata = z.record(z.string(), z.unknown());

/** Keeps what is written, and writes the prelude first, as AWS's runtime client does. */
class MemoryStream extends Writable {
  readonly written: Buffer[] = [];
  contentType = "application/octet-stream";
  beforeFirstWrite: (() => void) | undefined;

  setContentType = (contentType: string): void => {
    this.contentType = contentType;
  };

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.beforeFirstWrite?.();
    this.beforeFirstWrite = undefined;
    this.written.push(chunk);
    done();
  }

  static from(stream: MemoryStream, metadata: unknown): MemoryStream {
    stream.setContentType("application/vnd.awslambda.http-integration-response");
    stream.beforeFirstWrite = () =>
      stream.written.push(Buffer.from(JSON.stringify(metadata)), Buffer.alloc(DELIMITER_BYTES));
    return stream;
  }
}

/** Puts the `awslambda` global in place; import streaming handlers only after this. */
export function installAwslambda(): void {
  const streamifyResponse = (handler: StreamifyHandler) => handler;
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream: MemoryStream } });
}

/** Invokes a streaming handler and takes its answer apart. */
export async function streamed(
  handler: StreamifyHandler<APIGatewayProxyEventV2>,
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<Streamed> {
  const stream = new MemoryStream();
  await handler(event, stream, context);
  const [metadata, delimiter, ...chunks] = stream.written;
  if (metadata === undefined || delimiter?.equals(Buffer.alloc(DELIMITER_BYTES)) !== true)
    throw new Error("there is no prelude: the handler wrote nothing, or without HttpResponseStream.from");
  const prelude = Metadata.parse(JSON.parse(metadata.toString()));
  return { contentType: stream.contentType, metadata: prelude, chunks };
}
