import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CorpusError, type CorpusItem } from "../../../gateway/corpus/corpus.ts";
import { entryLine, headLine } from "../../../gateway/corpus/entry-line.ts";
import { readCorpus } from "../../../gateway/corpus/read-corpus.ts";
import { createCorpus, writeCorpus } from "../../../gateway/corpus/write-corpus.ts";
import { arbitraryEntry } from "../../support/corpora/arbitrary-entry.ts";
import { chunksOf, entry, HEAD, itemsFrom, sorted } from "../../support/corpora/items.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "corpus-"))));
afterEach(() => rm(folder, { recursive: true }));

const HEAD_LINE = headLine({ source: "record", createdAt: 1, redacted: true });
const never = () => expect.unreachable();
const entriesOf = async (source: Parameters<typeof readCorpus>[0]) =>
  (await sorted(readCorpus(source))).entries;
const problemsOf = async (lines: Buffer | string, limits = {}) =>
  (
    await sorted(
      readCorpus(chunksOf(Buffer.concat([Buffer.from(HEAD_LINE), Buffer.from(lines)]), 999), limits),
    )
  ).problems;
const withRequest = (changes: object) => {
  const line = JSON.parse(entryLine(entry()).toString()) as { request: object };
  return `${JSON.stringify({ ...line, request: { ...line.request, ...changes } })}\n`;
};

describe("a corpus", () => {
  it.each(["corpus.ndjson", "corpus.ndjson.gz"])(
    "comes back from %s as it was, whatever bytes are in it",
    async (name) => {
      const path = join(folder, name);
      const entries = fc.uniqueArray(arbitraryEntry, { selector: ({ id }) => id, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(entries, async (written) => {
          const items = written.map((one): CorpusItem => ({ kind: "entry", entry: one }));
          expect(await writeCorpus(path, itemsFrom([HEAD, ...items]), never)).toBe(written.length);
          const read: CorpusItem[] = [];
          for await (const item of readCorpus(path)) read.push(item);
          expect(read).toEqual([HEAD, ...items]);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("is read in chunks of any size", async () => {
    const text = HEAD_LINE + entryLine(entry()).toString();
    for (const bytes of [Buffer.from(text), gzipSync(text)])
      for (const size of [1, 2, 5, 10_000]) expect(await entriesOf(chunksOf(bytes, size))).toEqual([entry()]);
  });

  it("keeps text readable and everything else in base64", () => {
    const body = (bytes: string | Buffer) =>
      entryLine(entry({ request: { ...entry().request, body: Buffer.from(bytes) } })).toString();
    expect(body('{"é":1}\n')).toContain(String.raw`"body":"{\"é\":1}\n"`);
    expect(body(Buffer.from([0xff]))).toContain('"bodyBase64":"/w=="');
    expect(body("\0".repeat(30)).length).toBeLessThan(body("a".repeat(50)).length + 20);
  });

  it("tolerates members of a later release", async () => {
    const line = withRequest({ trailers: [] }).replace('"id"', '"weight":3,"id"');
    expect(await entriesOf(chunksOf(HEAD_LINE.replace("}", ',"more":1}') + line))).toEqual([entry()]);
  });

  it.each([
    ["nothing", "", "empty"],
    ["one byte", "{", "this is no corpus"],
    ["another format of ours", '{"banyanCorpus":2}\n', "use the release that wrote it"],
    ["a HAR", '{"log":{}}\n', "import other formats"],
    ["zeros", "\0".repeat(100), "this is no corpus"],
    ["a head without a source", '{"banyanCorpus":1,"createdAt":1,"redacted":true}\n', "source"],
    ["an endless first line", "x".repeat(2000), "no end"],
  ])("refuses %s and says what to do", async (_, text, message) => {
    const reading = sorted(readCorpus(chunksOf(text), { maxRecordBytes: 1000 }));
    await expect(reading).rejects.toThrow(CorpusError);
    await expect(sorted(readCorpus(chunksOf(text), { maxRecordBytes: 1000 }))).rejects.toThrow(message);
  });

  it("refuses a file that is not there, and a folder", async () => {
    await expect(entriesOf(join(folder, "none"))).rejects.toThrow("check its name");
    await expect(entriesOf(folder)).rejects.toThrow("EISDIR");
  });
});

describe("a line that is wrong", () => {
  it.each([
    ["no JSON", "{\n", "no JSON"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22, 0x0a]), "not UTF-8"],
    ["NUL bytes", "\0\0\0\n", "no JSON"],
    ["deeply nested", `${"[".repeat(200_000)}\n`, "no JSON"],
    ["a list", "[]\n", "expected object"],
    ["without a request", '{"id":"1"}\n', "`request`"],
    ["with a number for an id", withRequest({}).replace('"r-1"', "1"), "`id`"],
    [
      "with a target that ends the request line",
      withRequest({ target: "/ HTTP/1.1\r\nX: 1" }),
      "`request.target`",
    ],
    ["with another server's target", withRequest({ target: "http://elsewhere/" }), "`request.target`"],
    ["with a method of two words", withRequest({ method: "GET /" }), "`request.method`"],
    ["with a name and no value", withRequest({ headers: ["Host"] }), "names and values by turns"],
    ["with a field that ends another", withRequest({ headers: ["A", "b\r\nC: d"] }), "without control bytes"],
    ["with a field of more than bytes", withRequest({ headers: ["A", "\u0100"] }), "one byte a character"],
    ["with half a surrogate pair", withRequest({ body: "\ud800" }), "half a surrogate pair"],
    ["with base64 that is none", withRequest({ bodyBase64: "*" }), "base64"],
    ["with two bodies", withRequest({ body: "a", bodyBase64: "YQ==" }), "keep one"],
    [
      "with a status of a million",
      withRequest({}).replace("}}", '},"answer":{"status":1e6,"headers":[]}}'),
      "status",
    ],
  ])("is a problem (%s), and what follows is read", async (_, line, message) => {
    const text = Buffer.concat([Buffer.from(HEAD_LINE), Buffer.from(line), entryLine(entry())]);
    const { entries, problems } = await sorted(readCorpus(chunksOf(text, 4096)));
    expect(problems).toEqual([{ line: 2, message: expect.stringContaining(message) as string }]);
    expect(entries).toEqual([entry()]);
  });

  it("may not be longer than the cap, and is not kept in memory", async () => {
    const line = withRequest({ body: "x".repeat(10_000_000) });
    expect(await problemsOf(line + entryLine(entry()).toString(), { maxRecordBytes: 1_000_000 })).toEqual([
      { line: 2, message: expect.stringContaining("may have 1000000") as string },
    ]);
  });

  it("is one whose id was there before", async () => {
    const twice = Buffer.concat([entryLine(entry()), entryLine(entry({ at: null }))]);
    expect(await problemsOf(twice)).toEqual([
      { line: 3, message: expect.stringContaining("the first one counts") as string },
    ]);
  });

  it("is the last one, cut off anywhere", async () => {
    const line = entryLine(entry({ id: "r-2" }));
    const whole = Buffer.concat([Buffer.from(HEAD_LINE), entryLine(entry()), line]);
    for (let missing = 2; missing < line.length; missing += 1) {
      const { entries, problems } = await sorted(readCorpus(chunksOf(whole.subarray(0, -missing), 4096)));
      expect(entries).toEqual([entry()]);
      expect(problems).toEqual([{ line: 3, message: expect.stringContaining("cut off") as string }]);
    }
  });
});

describe("a gzip file", () => {
  const lines =
    HEAD_LINE + Array.from({ length: 200 }, (_, n) => entryLine(entry({ id: `r-${n}` })).toString()).join("");

  it("that is cut off gives what came before", async () => {
    const whole = gzipSync(lines);
    const { entries, problems } = await sorted(
      readCorpus(chunksOf(whole.subarray(0, whole.length - 40), 100)),
    );
    expect(entries.length).toBeGreaterThan(50);
    expect(problems.at(-1)?.message).toContain("cut off");
  });

  it.each([
    ["is damaged", (whole: Buffer) => Buffer.from(whole).fill(0xff, whole.length - 20)],
    ["goes on with something else", (whole: Buffer) => Buffer.concat([whole, Buffer.from("and more")])],
    ["goes on with zeros", (whole: Buffer) => Buffer.concat([whole, Buffer.alloc(5000)])],
  ])("that %s gives what came before, and says so", async (_, spoil) => {
    const spoilt = spoil(gzipSync(lines, { level: 0 }));
    const { entries, problems } = await sorted(readCorpus(chunksOf(spoilt, 10_000)));
    expect(entries.length).toBeGreaterThan(150);
    expect(problems.at(-1)?.message).toMatch(/damaged|follows its end/);
  });

  it("may have several members", async () => {
    const members = lines.split(/(?<=\n)/).map((line) => gzipSync(line));
    expect(await entriesOf(chunksOf(Buffer.concat(members), 50))).toHaveLength(200);
  });

  it("that is a bomb goes off neither in memory nor for ever", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(HEAD_LINE), Buffer.alloc(50_000_000)]), { level: 9 });
    const limits = { maxRecordBytes: 100_000, maxUnpackedBytes: 20_000_000 };
    const { problems } = await sorted(readCorpus(chunksOf(bomb, 1000), limits));
    expect(problems.at(-1)?.message).toContain("more than 20000000 bytes");
  });
});

describe("writing", () => {
  it("replaces a file at once, and leaves it alone when it fails", async () => {
    const path = join(folder, "c.ndjson");
    await writeFile(path, "old");
    async function* failing(): AsyncGenerator<CorpusItem> {
      yield HEAD;
      yield { kind: "entry", entry: entry() };
      throw new Error("the source broke off");
    }
    await expect(writeCorpus(path, failing(), never)).rejects.toThrow("broke off");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["c.ndjson"]);
  });

  it("hands problems on", async () => {
    const problem = { line: 3, message: "wrong" };
    const problems: unknown[] = [];
    const items: CorpusItem[] = [HEAD, { kind: "problem", problem }, { kind: "entry", entry: entry() }];
    expect(await writeCorpus(join(folder, "c"), itemsFrom(items), (one) => problems.push(one))).toBe(1);
    expect(problems).toEqual([problem]);
  });

  it.each([
    ["c.ndjson", []],
    ["c.ndjson.gz", ["the gzip file is cut off; what came before it was read"]],
  ])("leaves %s readable whenever the process ends", async (name, complaints) => {
    const path = join(folder, name);
    const file = await createCorpus(path, { source: "record", createdAt: 1, redacted: true });
    for (let n = 0; n < 3; n += 1) {
      await file.append(entryLine(entry({ id: `r-${n}` })));
      const { entries, problems } = await sorted(readCorpus(chunksOf(await readFile(path))));
      expect(entries.map(({ id }) => id)).toEqual(["r-0", "r-1", "r-2"].slice(0, n + 1));
      expect(problems.map(({ message }) => message)).toEqual(complaints);
    }
    await file.close();
    expect((await sorted(readCorpus(path))).problems).toEqual([]);
  });

  it("never takes a file that is there", async () => {
    const path = join(folder, "c.ndjson");
    await writeFile(path, "precious");
    await expect(createCorpus(path, { source: "record", createdAt: 1, redacted: true })).rejects.toThrow(
      "name another file",
    );
    await expect(
      createCorpus(join(folder, "no", "c"), { source: "", createdAt: 1, redacted: true }),
    ).rejects.toThrow("ENOENT");
  });
});
