import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { RequestBody } from "./body.ts";
import type { EdgeLimits } from "./limits.ts";
import type { NotedFields } from "./noted-fields.ts";
import type { HeaderList } from "./headers.ts";

/** A request's head, whoever has parsed it. */
export type ReceivedHead = Pick<IncomingMessage, "method" | "url" | "httpVersion" | "rawHeaders" | "socket">;

/** How an answer ended for the client. */
export type Delivery = "complete" | "client-gone" | "cut-short";

/** What is sent to a client. */
export interface Answer {
  /** 200–599. */
  readonly status: number;
  /** Reason phrase; empty for the standard one. */
  readonly reason: string;
  readonly headers: HeaderList;
  /** Whole, or as it comes. A stream that breaks off is destroyed with an error, never ended. */
  readonly body: Buffer | Readable;
}

/** One request on its connection: what came in, and where its answer goes. */
export interface Line {
  readonly head: ReceivedHead;
  /** True once a byte of the answer may have gone out. */
  readonly hasBegun: boolean;
  /** node:http's way to answer, which takes everything. On a plain connection it is made for who asks for it. */
  readonly res: ServerResponse;
  /** True when `res` writes into the socket and nobody stands between, who might keep what is written. */
  readonly isDirect: boolean;
  /** Has the connection end with this answer. */
  endWith(): void;
  /** The body that these fields announce. */
  body(noted: NotedFields, limits: EdgeLimits): RequestBody;
  /** Sends an answer over the connection itself, which never rejects; null where it has to go by `res`. */
  send(answer: Answer): Promise<Delivery> | null;
}
