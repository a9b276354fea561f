import { connect, type Socket } from "node:net";

/** In a process of its own: `node idle-clients.ts PORT COUNT` asks once on each connection, and keeps them all; sends how many. */

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
const REQUEST = "GET /idle HTTP/1.1\r\nHost: shop\r\n\r\n";
const AT_A_TIME = 50;

const open = new Set<Socket>();
let begun = 0;
const lane = async () => {
  while (begun++ < count) {
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(REQUEST));
      socket.once("data", () => {
        open.add(socket);
        resolve();
      });
      socket
        .on("error", () => undefined)
        .once("close", () => {
          open.delete(socket);
          resolve();
        });
    });
  }
};
await Promise.all(Array.from({ length: AT_A_TIME }, lane));
process.send!(open.size);
process.on("message", () => process.send!(open.size));
