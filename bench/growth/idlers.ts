import { connect } from "node:net";
import { endWithParent } from "../watch/end-with-parent.ts";

endWithParent();

/** Opens so many connections to a port, asks once on each and then says nothing. Sends their number once all were answered. */

const [, , port, count] = process.argv;
/** As many are opened at once; more would overrun what the other side has not accepted yet. */
const AT_ONCE = 100;
const REQUEST = "GET /api/orders/get1k HTTP/1.1\r\nHost: shop\r\n\r\n";

for (let opened = 0; opened < Number(count); opened += AT_ONCE) {
  await Promise.all(Array.from({ length: AT_ONCE }, open));
}
process.send!(Number(count));

function open(): Promise<void> {
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(REQUEST);
  return new Promise((resolve, reject) => {
    socket.once("data", () => resolve());
    socket.once("error", reject);
  });
}
