import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { streamInto } from "../../../gateway/http/plain/stream-into.ts";

const HEAD = "HTTP/1.1 200 OK\r\n\r\n";

let ending: AsyncDisposableStack;
/** The two ends of one connection. */
let server: Socket;
let client: Socket;
beforeEach(async () => {
  ending = new AsyncDisposableStack();
  const listening = createServer().listen(0, "127.0.0.1");
  await once(listening, "listening");
  ending.defer(() => void listening.close());
  client = connect((listening.address() as AddressInfo).port, "127.0.0.1");
  ending.defer(() => void client.destroy());
  const connected = once(client, "connect");
  [server] = (await once(listening, "connection")) as [Socket];
  await connected;
  ending.defer(() => void server.destroy());
  for (const socket of [server, client]) socket.on("error", () => undefined);
});
afterEach(() => ending.disposeAsync());

/** What the client gets until its connection is closed. */
async function received(): Promise<{ text: string; reset: boolean }> {
  let text = "";
  let reset = false;
  client.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
  client.on("error", (error: NodeJS.ErrnoException) => (reset = error.code === "ECONNRESET"));
  client.resume();
  await new Promise((resolve) => client.once("close", resolve));
  return { text, reset };
}

describe("an answer that is streamed into its connection", () => {
  it("arrives whole, behind its head", async () => {
    const got = received();
    expect(await streamInto(server, HEAD, Readable.from(["ab", "cd"], { objectMode: false }), 4)).toBe(
      "complete",
    );
    server.end();
    expect(await got).toEqual({ text: `${HEAD}abcd`, reset: false });
  });

  it("sends its head before there is a body", async () => {
    const body = new PassThrough();
    const delivery = streamInto(server, HEAD, body, 2);
    const [first] = (await once(client, "data")) as [Buffer];
    expect(first.toString()).toBe(HEAD);
    body.end("ok");
    expect(await delivery).toBe("complete");
  });

  it.each([
    ["longer than was said", () => Readable.from(["abc", "de"], { objectMode: false })],
    ["shorter than was said", () => Readable.from(["abc"], { objectMode: false })],
    [
      "broken off",
      () =>
        Readable.from(
          (function* () {
            yield Buffer.from("ab");
            throw new Error("the service went away");
          })(),
        ),
    ],
  ])("is cut short by a reset when its body is %s", async (_what, body) => {
    const got = received();
    expect(await streamInto(server, HEAD, body(), 4)).toBe("cut-short");
    const { text, reset } = await got;
    expect(reset).toBe(true);
    expect(text.length).toBeLessThanOrEqual(HEAD.length + 4);
  });

  it("is cut short when its body is given up without an error", async () => {
    const body = new PassThrough();
    const delivery = streamInto(server, HEAD, body, 4);
    body.write("ab");
    await once(client, "data");
    body.destroy();
    expect(await delivery).toBe("cut-short");
  });

  it("is cut short when its body is over already, which it says no more", async () => {
    const body = new PassThrough();
    body.destroy();
    await once(body, "close");
    expect(await streamInto(server, HEAD, body, 4)).toBe("cut-short");
  });

  it("lets go of its body when the client leaves, before or in the middle", async () => {
    const body = new PassThrough();
    const delivery = streamInto(server, HEAD, body, 4);
    body.write("ab");
    await once(client, "data");
    client.resetAndDestroy();
    expect(await delivery).toBe("client-gone");
    expect(body.destroyed).toBe(true);
    const late = new PassThrough();
    expect(await streamInto(server, HEAD, late, 4)).toBe("client-gone");
    expect(late.destroyed).toBe(true);
  });

  it("comes no faster than its client takes it", async () => {
    const chunk = Buffer.alloc(64 * 1024);
    const CHUNKS = 400;
    let made = 0;
    const body = new Readable({
      read() {
        this.push(made++ < CHUNKS ? chunk : null);
      },
    });
    client.pause();
    const delivery = streamInto(server, HEAD, body, CHUNKS * chunk.length);
    // Long enough for all of it, had it not to wait.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(made).toBeLessThan(CHUNKS);
    const got = received();
    expect(await delivery).toBe("complete");
    server.end();
    expect((await got).text).toHaveLength(HEAD.length + CHUNKS * chunk.length);
  });
});
