import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { cutShort } from "../cut.ts";
import type { Delivery } from "../line.ts";
import { passOn } from "../read-buffers.ts";

const NOTHING = Buffer.alloc(0);

/** Until the client has taken all that was written. */
export function flushed(socket: Socket): Promise<Delivery> {
  return new Promise((resolve) => {
    socket.write(NOTHING, (error) => resolve(error ? "client-gone" : "complete"));
  });
}

/**
 * Sends a head (one character a byte) and a body of so many bytes behind it, no faster than the client takes them. What
 * breaks off breaks off for the client too, and so does a body that is longer or shorter than was said. Never rejects.
 */
export function streamInto(socket: Socket, head: string, body: Readable, length: number): Promise<Delivery> {
  return new Promise((resolve) => {
    let left = length;
    let isOver = false;
    const over = (delivery: Delivery) => {
      if (isOver) return;
      isOver = true;
      socket.off("drain", onDrain).off("close", onClose);
      if (delivery === "cut-short") cutShort(socket);
      if (delivery !== "complete") body.destroy();
      resolve(delivery === "complete" && socket.writableLength > 0 ? flushed(socket) : delivery);
    };
    const onDrain = () => void body.resume();
    const onClose = () => over("client-gone");
    body.on("error", () => over("cut-short"));
    // A body that was given up says so by this alone.
    body.once("close", () => body.readableEnded || over("cut-short"));
    body.once("end", () => over(left === 0 ? "complete" : "cut-short"));
    if (!socket.writable) return over("client-gone");
    // It says no more what became of it.
    if (body.destroyed || body.readableEnded) return over("cut-short");
    socket.on("drain", onDrain).once("close", onClose);
    body.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) over("cut-short");
      else if (!passOn(chunk, body, socket)) body.pause();
    });
    // What has come already leaves together with the head, which waits for nothing else: a body may be long in coming.
    socket.cork();
    setImmediate(() => socket.uncork());
    socket.write(head, "latin1");
  });
}
