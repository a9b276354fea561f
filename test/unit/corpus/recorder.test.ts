import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type CorpusRecorder,
  corpusRecorder,
  type RecorderSettings,
} from "../../../gateway/corpus/recorder.ts";
import type { Exchange } from "../../../gateway/corpus/redacted-exchange.ts";
import { readCorpus } from "../../../gateway/corpus/read-corpus.ts";
import { createCorpus } from "../../../gateway/corpus/write-corpus.ts";
import { DEFAULT_REDACTION, redactor } from "../../../gateway/diff/redact.ts";
import { sorted } from "../../support/corpora/items.ts";

const KEY = Buffer.alloc(32, 7);
const NOTHING = Buffer.alloc(0);
const bodyOf = (bytes: Buffer | string, length?: number) => {
  const buffer = Buffer.from(bytes);
  return {
    bytes: buffer,
    length: length ?? buffer.length,
    sha256: length === undefined ? null : "0".repeat(64),
  };
};

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recorder-"));
  path = join(folder, "c.ndjson.gz");
});
afterEach(() => rm(folder, { recursive: true }));

async function recording(changes: Partial<RecorderSettings> = {}): Promise<CorpusRecorder> {
  return corpusRecorder({
    file: await createCorpus(path, { source: "record", createdAt: 1, redacted: true }),
    redactor: redactor(DEFAULT_REDACTION, KEY),
    key: KEY,
    percent: 100,
    maxQueueBytes: 20_000,
    maxFileBytes: 100_000_000,
    onWriteFailed: (error) => expect.unreachable(String(error)),
    ...changes,
  });
}

const exchange = (
  id: string,
  session: string | null = "client-4711",
  changes: Partial<Exchange["request"]> = {},
): Exchange => ({
  id,
  at: 1,
  session,
  route: "get-order",
  request: { method: "GET", target: "/orders/7", headers: ["Host", "h"], body: bodyOf(NOTHING), ...changes },
  answer: {
    kind: "answered",
    status: 200,
    headers: ["Content-Type", "text/plain"],
    body: bodyOf("hi"),
    durationMs: 3,
    version: null,
  },
});
const recorded = async () => (await sorted(readCorpus(path))).entries;

describe("a recorder", () => {
  it("writes what passed, answer and all", async () => {
    const recorder = await recording();
    recorder.add(exchange("r-1"));
    await recorder.close();
    const [only] = await recorded();
    expect(only).toEqual({
      id: "r-1",
      at: 1,
      session: expect.stringMatching(/^[\w-]{22}$/) as string,
      route: "get-order",
      request: { method: "GET", target: "/orders/7", headers: ["Host", "h"], body: NOTHING, isWhole: true },
      answer: {
        status: 200,
        headers: ["Content-Type", "text/plain"],
        body: Buffer.from("hi"),
        isWhole: true,
        durationMs: 3,
      },
    });
    expect(recorder.counts()).toEqual({ recorded: 1, dropped: {} });
  });

  it("lets no secret get to the disk, not even one that only the answer gives away", async () => {
    const secret = "hunter2-Canary-0815";
    const recorder = await recording();
    const { request, answer, ...rest } = exchange("r-1", secret, {
      method: "POST",
      headers: ["Authorization", `Bearer ${secret}`, "Content-Type", "text/plain"],
      body: bodyOf(`my word is ${secret}`),
    });
    const telling = {
      ...answer,
      headers: ["Content-Type", "application/json"],
      body: bodyOf(JSON.stringify({ password: secret })),
    };
    recorder.add({ ...rest, request, answer: telling });
    await recorder.close();
    const all = JSON.stringify(await recorded(), (_, value: unknown) =>
      isBytes(value) ? Buffer.from(value.data).toString() : value,
    );
    expect(all).toContain("my word is");
    expect(all).not.toContain(secret);
    expect((await readFile(path)).includes(secret)).toBe(false);
  });

  it("records sessions whole or not at all, the same ones everywhere", async () => {
    const [one, other] = [
      await recording({ percent: 30, maxQueueBytes: 10_000_000 }),
      corpusRecorderWithoutFile(30),
    ];
    for (let n = 0; n < 600; n += 1) {
      const session = `client-${n % 200}`;
      expect(one.wants(session, `r-${n}`)).toBe(other.wants(session, `q-${n}`));
      one.add(exchange(`r-${n}`, session));
    }
    await one.close();
    const bySession = Map.groupBy(await recorded(), ({ session }) => session);
    expect([...bySession.values()].every(({ length }) => length === 3)).toBe(true);
    expect(bySession.size).toBeGreaterThan(30);
    expect(bySession.size).toBeLessThan(90);
    expect(one.counts().dropped["sampled-out"]).toBe(600 - bySession.size * 3);
  });

  it.each([
    ["body-too-large", { body: bodyOf("part", 5_000_000) }],
    ["body-unreadable", { body: bodyOf(gzipSync("x").fill(0xff, 5)), headers: ["Content-Encoding", "gzip"] }],
    ["queue", { body: bodyOf("x".repeat(40_000)), headers: ["Content-Type", "text/plain"] }],
  ] as const)("ends a session that loses a request (%s), and no other", async (reason, changes) => {
    const recorder = await recording();
    recorder.add(exchange("r-1", "a"));
    recorder.add(exchange("r-2", "a", changes));
    recorder.add(exchange("r-3", "a"));
    recorder.add(exchange("r-4", "b"));
    recorder.add(exchange("r-5", null, changes));
    recorder.add(exchange("r-6", null));
    expect(recorder.wants("a", "r-7")).toBe(false);
    expect(recorder.wants("b", "r-7")).toBe(true);
    await recorder.close();
    expect((await recorded()).map(({ id }) => id)).toEqual(["r-1", "r-4", "r-6"]);
    expect(recorder.counts()).toEqual({ recorded: 3, dropped: { [reason]: 2, "session-broken": 1 } });
  });

  it("keeps an answer that is not there as a whole", async () => {
    const recorder = await recording();
    const { answer, ...rest } = exchange("r-1");
    recorder.add({ ...rest, answer: { ...answer, body: bodyOf("part", 5_000_000) } });
    await recorder.close();
    expect((await recorded())[0]?.answer).toMatchObject({ isWhole: false, body: NOTHING });
  });

  it("stops at the size that its file may have", async () => {
    const recorder = await recording({ maxFileBytes: 1000 });
    for (let n = 0; n < 20; n += 1) recorder.add(exchange(`r-${n}`, `s-${n}`));
    await recorder.close();
    const { length } = await recorded();
    expect(length).toBeGreaterThan(1);
    expect(recorder.counts()).toEqual({ recorded: length, dropped: { "file-full": 20 - length } });
  });

  it("neither waits nor throws when the file cannot be written or a request not be redacted", async () => {
    const errors: unknown[] = [];
    const full = { append: () => Promise.reject(new Error("ENOSPC")), close: () => Promise.resolve() };
    const recorder = await recording({ file: full, onWriteFailed: (error) => errors.push(error) });
    recorder.add(exchange("r-1"));
    await expect.poll(() => errors.length).toBe(1);
    recorder.add(exchange("r-2"));
    expect(recorder.wants("b", "r-3")).toBe(false);
    expect(recorder.counts().dropped).toEqual({ "write-failed": 1 });
    await recorder.close();

    path = join(folder, "other.ndjson");
    const refusing = { sample: () => expect.unreachable() };
    const unredacted = await recording({ redactor: refusing });
    unredacted.add(exchange("r-1"));
    await unredacted.close();
    expect(unredacted.counts()).toEqual({ recorded: 0, dropped: { "redaction-failed": 1 } });
  });
});

function corpusRecorderWithoutFile(percent: number): CorpusRecorder {
  const file = { append: () => Promise.resolve(), close: () => Promise.resolve() };
  const sizes = { maxQueueBytes: 1, maxFileBytes: 1 };
  return corpusRecorder({
    file,
    redactor: redactor(DEFAULT_REDACTION, KEY),
    key: KEY,
    percent,
    ...sizes,
    onWriteFailed: () => undefined,
  });
}

function isBytes(value: unknown): value is { readonly data: number[] } {
  return typeof value === "object" && value !== null && "data" in value && Array.isArray(value.data);
}
