import { connect } from "node:net";

/** A process of its own with many listeners to an operator's events, so that they cost the gateway's process nothing. */

const [port = "", count = "0"] = process.argv.slice(2);
/** The newest percentage that each listener was told. */
const percents = new Map<number, string>();

for (let n = 0; n < Number(count); n += 1) {
  const socket = connect(Number(port), "127.0.0.1").setEncoding("latin1");
  socket.write("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  socket.on("data", (text: string) => {
    const percent = /.*"percent":([\d.]+)/s.exec(text)?.[1];
    if (percent !== undefined) percents.set(n, percent);
  });
  socket.on("close", () => percents.set(n, "gone"));
}

/** Asked how things are, it says how many listeners were told which percentage last. */
process.on("message", () => {
  const told: Record<string, number> = {};
  for (const percent of percents.values()) told[percent] = (told[percent] ?? 0) + 1;
  process.send?.(told);
});
