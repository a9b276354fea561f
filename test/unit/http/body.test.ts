import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { RequestBody } from "../../../gateway/http/body.ts";

function streamed(
  chunks: string[],
  length: number | null = null,
): { body: RequestBody; source: PassThrough } {
  const source = new PassThrough();
  for (const chunk of chunks) source.write(chunk);
  return { body: RequestBody.from({ stream: source, length }), source };
}

const text = async (body: RequestBody) => (await buffer(body.stream())).toString();

describe("a request body", () => {
  it("is read whole and can then be sent any number of times", async () => {
    const { body, source } = streamed(["ab", "cd"]);
    source.end();
    expect(String(await body.whole(10))).toBe("abcd");
    expect(String(await body.whole(10))).toBe("abcd");
    expect(await text(body)).toBe("abcd");
    expect(await text(body)).toBe("abcd");
    expect(body.replayable).toBe(true);
  });

  it("loses nothing when it turns out too large to be read whole", async () => {
    const { body, source } = streamed(["ab", "cd"]);
    expect(await body.whole(3)).toBeNull();
    expect(body.replayable).toBe(true);
    source.end("ef");
    expect(await text(body)).toBe("abcdef");
  });

  it("is known to be too large by its length, before a byte is asked for", async () => {
    const { body } = streamed([], 11);
    expect(await body.whole(10)).toBeNull();
  });

  it("is gone once it was streamed", async () => {
    const { body, source } = streamed(["ab"]);
    source.end();
    expect(await text(body)).toBe("ab");
    expect(body.replayable).toBe(false);
    expect(() => body.stream()).toThrow("gone");
  });

  it("rejects when the client breaks off", async () => {
    const { body, source } = streamed(["ab"]);
    const whole = body.whole(10);
    source.destroy();
    await expect(whole).rejects.toThrow("broke off");
  });

  it("asks the client for its bytes once, and only when somebody reads", async () => {
    let asked = 0;
    const source = new PassThrough();
    const body = RequestBody.from({ stream: source, length: 2, onFirstRead: () => asked++ });
    expect(asked).toBe(0);
    source.end("ab");
    await body.whole(10);
    await body.whole(10);
    expect(asked).toBe(1);
  });
});
