import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { Deadline } from "../../../gateway/upstreams/deadline.ts";

const late = () => Promise.withResolvers<"late">();

it("says when time is up, and not when it was cleared", async () => {
  const { promise, resolve } = late();
  const cleared = new Deadline(1, () => expect.unreachable());
  cleared.clear();
  const deadline = new Deadline(5, () => resolve("late"));
  expect(await promise).toBe("late");
  deadline.clear();
});

it("begins anew", async () => {
  let times = 0;
  const deadline = new Deadline(1, () => (times += 1));
  deadline.restart(60_000);
  await pause(20);
  expect(times).toBe(0);
  deadline.restart(1);
  await expect.poll(() => times).toBe(1);
  deadline.refresh();
  await expect.poll(() => times).toBe(2);
  deadline.clear();
});

it("lets what has arrived while the process stood still be read first", async () => {
  const server = createServer((socket) => socket.write("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const order: string[] = [];
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const { promise, resolve } = late();
  const over = new Deadline(20, () => {
    order.push("late");
    resolve("late");
  });
  socket.on("data", () => order.push("data"));
  // Nothing is read meanwhile, and the deadline passes.
  const until = performance.now() + 100;
  while (performance.now() < until);
  await promise;
  over.clear();
  socket.destroy();
  server.close();
  expect(order).toEqual(["data", "late"]);
});
