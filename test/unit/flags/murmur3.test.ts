import { describe, expect, it } from "vitest";
import { murmur3 } from "../../../gateway/flags/murmur3.ts";

describe("murmur3", () => {
  // Published test vectors of MurmurHash3_x86_32, and others computed by an implementation of their own in Python.
  it.each([
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["a", 0, 0x3c2569b2],
    ["ab", 0, 0x9bbfd75f],
    ["abc", 0, 0xb3dd93fa],
    ["abcd", 0, 0x43ed676a],
    ["hello", 0, 0x248bfa47],
    ["hello, world", 0, 0x149bbb7f],
    ["The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723],
    ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
    ["\0\0\0\0\0", 0, 0x2d4db2f0],
    ["ü", 0, 0x7840e6aa],
    ["日本語", 0, 0xa5a47297],
    ["🌳", 0, 0xd52ddd5d],
  ])("hashes the UTF-8 bytes of %j with seed %i as everybody does", (text, seed, hash) => {
    expect(murmur3(Buffer.from(text), seed)).toBe(hash);
  });

  it.each([
    [[0xff, 0xff, 0xff, 0xff], 0x76293b50],
    [[0x21, 0x43, 0x65, 0x87], 0xf55b516b],
    [[0x21, 0x43, 0x65], 0x7e4a8634],
    [[0x21, 0x43], 0xa0f7b07a],
    [[0x21], 0x72661cf4],
  ])("hashes the bytes %j, signed ones too, as everybody does", (bytes, hash) => {
    expect(murmur3(Uint8Array.from(bytes))).toBe(hash);
  });
});
