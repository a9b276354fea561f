import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestBody } from "./body.ts";
import type { HeaderList } from "./headers.ts";
import type { EdgeLimits } from "./limits.ts";
import type { NotedFields } from "./noted-fields.ts";

/** A request's head, whoever has parsed it. */
export type ReceivedHead = Pick<IncomingMessage, "method" | "url" | "httpVersion" | "rawHeaders" | "socket">;

/** How an answer ended for the client. */
export type Delivery = "complete" | "client-gone" | "cut-short";

/** An answer that is there to its last byte. */
export interface WholeAnswer {
  readonly status: number;
  /** Empty for the standard one. */
  readonly reason: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** One request on its connection: what came in, and where its answer goes. */
export interface Line {
  readonly head: ReceivedHead;
  /** True once a byte of the answer may have gone out. */
  readonly hasBegun: boolean;
  /** node:http's way to answer, which takes everything. On a plain connection it is made for who asks for it. */
  readonly res: ServerResponse;
  /** Has the connection end with this answer. */
  endWith(): void;
  /** The body that these fields announce. */
  body(noted: NotedFields, limits: EdgeLimits): RequestBody;
  /** Sends an answer in one go, where that can be done; null where it has to go the other way. */
  sendWhole(answer: WholeAnswer): Delivery | Promise<Delivery> | null;
}
