import { connect } from "node:net";

/**
 * Sends these bytes and resolves with every byte that came back, one character a byte, once the other side has closed
 * or `until` is satisfied.
 */
export function rawExchange(
  port: number,
  bytes: string | Buffer,
  until: (soFar: string) => boolean = () => false,
  limitMs = 10_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let soFar = "";
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes),
    );
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${limitMs} ms; so far: ${JSON.stringify(soFar.slice(0, 500))}`));
    }, limitMs);
    const done = () => {
      clearTimeout(limit);
      socket.destroy();
      resolve(soFar);
    };
    socket.on("data", (chunk) => {
      soFar += chunk.toString("latin1");
      if (until(soFar)) done();
    });
    socket.on("close", done);
    socket.on("error", () => undefined);
  });
}
