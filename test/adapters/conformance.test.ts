import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PAYLOADS } from "../../gateway/routes/function-target.ts";
import { ADAPTERS } from "./adapters.ts";
import { differences, type Answer } from "./answers.ts";
import { requestsFor, startComparison, type Compared } from "./comparison.ts";
import { KNOWN, knownOf } from "./known-table.ts";
import { REDUCED_REQUESTS, REQUESTS } from "./requests.ts";

let comparison: Awaited<ReturnType<typeof startComparison>>;
beforeAll(async () => {
  // Hono prints what it cannot take.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  comparison = await startComparison();
});
afterAll(async () => {
  await comparison.close();
  vi.restoreAllMocks();
});

/** Where the answers of some requests differ, by the requests' names; those that do not are left out. */
function differing(all: readonly Compared[], pair: (of: Compared) => readonly [Answer, Answer]) {
  const places = all.map((of) => [of.request.name, differences(...pair(of))] as const);
  return Object.fromEntries(places.filter(([, differs]) => differs.length > 0));
}

/** What a gateway answers for a function that fails. */
const FAILED: Answer = { status: 502, fields: new Map(), cookies: [], body: "" };

describe.each(ADAPTERS)("$name", (adapter) => {
  describe.each(PAYLOADS)("in format %s", (format) => {
    let all: readonly Compared[];
    beforeAll(async () => (all = await comparison.compare(adapter, format)));

    it("answers as the app by itself does, but for what is known", () => {
      expect(all).toHaveLength(requestsFor(format).length);
      expect(differing(all, ({ native, gateway }) => [native, gateway])).toEqual(
        knownOf(adapter.name, format),
      );
    });

    it("answers so to the events that AWS documents, too: what is known is not the gateway's doing", () => {
      const known = differing(all, ({ native, direct }) => [native, direct ?? FAILED]);
      expect(known).toEqual(knownOf(adapter.name, format));
    });

    it("gets the same through the gateway, in every byte", () => {
      const whole = all.filter(({ direct }) => direct !== null);
      expect(differing(whole, ({ direct, gateway }) => [direct!, gateway])).toEqual({});
      const failed = all.filter(({ direct }) => direct === null);
      expect(failed.map(({ gateway }) => gateway.status)).toEqual(failed.map(() => 502));
    });
  });
});

describe("the table of what is known", () => {
  it("names requests that are asked, and says each thing once", () => {
    const claims = KNOWN.flatMap(({ adapters, where }) =>
      where.flatMap(({ formats, requests, differs }) =>
        adapters.flatMap((adapter) =>
          formats.flatMap((format) =>
            requests.flatMap((name) => differs.map((place) => ({ adapter, format, name, place }))),
          ),
        ),
      ),
    );
    const asked = ({ format, name }: (typeof claims)[number]) =>
      requestsFor(format).some((request) => request.name === name);
    expect(claims.filter((claim) => !asked(claim))).toEqual([]);
    const texts = claims.map((claim) => JSON.stringify(claim));
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([]);
  });

  it("is about requests of different names, as many as the documentation says", () => {
    expect(new Set(REQUESTS.map(({ name }) => name)).size).toBe(REQUESTS.length);
    const page = readFileSync(join(import.meta.dirname, "../../docs/function-adapters.md"), "utf8");
    const counts = `| ${REQUESTS.length} | ${REDUCED_REQUESTS.length} each |`;
    expect(page.split("\n").filter((line) => line.endsWith(counts))).toHaveLength(ADAPTERS.length);
  });
});
