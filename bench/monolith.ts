import { createServer, type AddressInfo } from "node:net";
import { SHAPES, type Shape } from "./shapes.ts";

/**
 * The server behind every contender: answers by the shape that the path names, with bytes made beforehand, so that it
 * takes as little of its core as it can. Run as a process of its own; tells its port to whoever forked it.
 */

const END_OF_HEAD = Buffer.from("\r\n\r\n");
const byPath = SHAPES.map((shape) => ({ shape, path: Buffer.from(`/${shape.name}`) }));

const server = createServer({ noDelay: true }, (socket) => {
  let soFar: Buffer | null = null;
  let shape: Shape | null = null;
  let left = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    if (shape === null) {
      soFar = soFar === null ? bytes : Buffer.concat([soFar, bytes]);
      const end = soFar.indexOf(END_OF_HEAD);
      if (end === -1) return;
      const found = byPath.find(({ path }) => soFar!.includes(path));
      // A proxy that asks for something else is not to be measured by it.
      if (found === undefined) {
        socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      shape = found.shape;
      left = end + END_OF_HEAD.length + shape.requestBodyBytes - soFar.length;
      soFar = null;
    } else left -= bytes.length;
    if (left > 0) return;
    socket.write(shape.answer);
    shape = null;
  });
});
server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
