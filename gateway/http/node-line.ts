import type { IncomingMessage, ServerResponse } from "node:http";
import { RequestBody } from "./body.ts";
import { passableTrailers } from "./headers.ts";
import type { EdgeLimits } from "./limits.ts";
import type { Line } from "./line.ts";
import type { NotedFields } from "./noted-fields.ts";

/** A request as node:http hands it out. */
export class NodeLine implements Line {
  readonly head: IncomingMessage;
  readonly res: ServerResponse;

  readonly isDirect: boolean;

  constructor(req: IncomingMessage, res: ServerResponse, isDirect: boolean) {
    this.head = req;
    this.res = res;
    this.isDirect = isDirect;
  }

  get hasBegun(): boolean {
    return this.res.headersSent;
  }

  /** Has the connection end with this answer. */
  endWith(): void {
    this.res.shouldKeepAlive = false;
  }

  body({ codings, contentLength, expectations }: NotedFields, limits: EdgeLimits): RequestBody {
    const { head: req, res } = this;
    // Once an answer is out, Node no longer tells the request that its connection is gone; whoever sends it on must hear.
    const { socket } = req;
    const onClose = () => req.destroy();
    socket.once("close", onClose);
    req.once("close", () => socket.off("close", onClose));
    // An HTTP/1.0 client knows no interim answers (RFC 9110 §10.1.1).
    const expectsContinue = expectations !== undefined && req.httpVersion !== "1.0";
    return RequestBody.from({
      stream: req,
      length: codings === undefined ? Number(contentLength) : null,
      limits,
      ...(expectsContinue && { onFirstRead: () => res.writeContinue() }),
      trailers: () => passableTrailers(req.rawTrailers),
    });
  }

  /** node:http frames answers itself. */
  send(): null {
    return null;
  }
}
