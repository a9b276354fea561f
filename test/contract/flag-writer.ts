import { afterEach, describe, expect, it } from "vitest";
import { parseFlags } from "../../gateway/flags/document.ts";
import type { FlagDocument } from "../../gateway/flags/document-schema.ts";
import type { FlagWriter, FlipResult } from "../../gateway/flags/writer.ts";

/** A place where flags are kept, and who changes them. */
export interface FlagWriterSubject {
  /** A writer as in a process of its own. */
  readonly writer: () => FlagWriter;
  /** Makes a YAML text the flags, whatever is wrong with it. */
  readonly put: (text: string) => Promise<void>;
  /** The flags as a gateway reads them; null when there are none. */
  readonly text: () => Promise<string | null>;
  readonly cleanUp: () => Promise<void>;
}

const SIGNED = { by: "ann", reason: "evidence is in" };
const SHADOW = { routeId: "get-order", stage: "shadow", ...SIGNED } as const;
const COMMENTED = [
  "# ours",
  "version: 7 # bumped by hand",
  "by: bob",
  "reason: a hunch",
  "at: 2026-12-24T18:00:00Z",
  "salt: redrawn",
  "routes:",
  "  # ask Bo first",
  "  put-order: { stage: retired, by: bo, reason: all done, at: 2026-01-01T00:00:00Z } # done",
  "  get-order:",
  "    stage: canary # soon more",
  "    percent: 5",
  "",
].join("\n");

/** What every flag writer promises. */
export function flagWriterContract(name: string, make: () => Promise<FlagWriterSubject>): void {
  describe(`${name} as a flag writer`, () => {
    let subject: FlagWriterSubject | undefined;
    const begin = async (text?: string) => {
      subject = await make();
      if (text !== undefined) await subject.put(text);
      return subject;
    };
    afterEach(async () => {
      await subject?.cleanUp();
      subject = undefined;
    });
    const document = async (): Promise<FlagDocument> => {
      const parsed = parseFlags((await subject!.text()) ?? "");
      if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
      return parsed.document;
    };

    it("makes the first version where there are no flags", async () => {
      const { writer } = await begin();
      expect(await writer().apply(SHADOW)).toEqual({ made: true, version: "1", previousVersion: "none" });
      expect(await document()).toMatchObject({ version: 1, routes: { "get-order": { stage: "shadow" } } });
    });

    it("flips one route, signs it, and keeps comments, order and everything else", async () => {
      const { writer, text } = await begin(COMMENTED);
      const result = await writer().apply({ ...SHADOW, stage: "cutover" });
      expect(result).toEqual({ made: true, version: "8", previousVersion: "7" });
      const now = (await text()) ?? "";
      for (const kept of ["# ours", "# bumped by hand", "# ask Bo first", "# soon more", "salt: redrawn"]) {
        expect(now).toContain(kept);
      }
      expect(now).toContain(COMMENTED.split("\n")[8]);
      expect(await document()).toMatchObject({
        ...SIGNED,
        version: 8,
        at: expect.any(String) as string,
        routes: { "get-order": { stage: "cutover", ...SIGNED } },
      });
    });

    it("keeps JSON in JSON", async () => {
      const { writer, text } = await begin('{"version":1,"routes":{"put-order":{"stage":"legacy"}}}');
      await writer().apply(SHADOW);
      expect(JSON.parse((await text()) ?? "")).toMatchObject({
        version: 2,
        routes: { "put-order": { stage: "legacy" }, "get-order": { stage: "shadow" } },
      });
    });

    it("adds one to the version with each change", async () => {
      const { writer } = await begin("version: 41");
      for (const version of ["42", "43", "44"]) {
        expect(await writer().apply(SHADOW)).toMatchObject({ made: true, version });
      }
    });

    it("moves several routes in one version", async () => {
      const { writer } = await begin("version: 1");
      const moves = [
        { routeId: "get-order", stage: "shadow" },
        { routeId: "put-order", stage: "canary", percent: 2.5 },
      ] as const;
      expect(await writer().apply({ moves, ...SIGNED })).toMatchObject({ made: true, version: "2" });
      expect(await document()).toMatchObject({
        routes: { "get-order": { stage: "shadow" }, "put-order": { stage: "canary", percent: 2.5 } },
      });
    });

    it("pulls and releases the emergency stop without touching a route", async () => {
      const { writer } = await begin(COMMENTED);
      const { routes } = await document();
      expect(await writer().apply({ kill: true, ...SIGNED })).toMatchObject({ made: true });
      expect(await document()).toMatchObject({ version: 8, kill: true, routes });
      expect(await writer().apply({ kill: false, ...SIGNED })).toMatchObject({ made: true });
      expect(await document()).toMatchObject({ version: 9, kill: false, routes });
    });

    it("makes a change that was decided on the version there is", async () => {
      const { writer } = await begin(COMMENTED);
      expect(await writer().apply({ ...SHADOW, expectVersion: "7" })).toMatchObject({ made: true });
    });

    it("refuses a change that was decided on another version, and says who made the one there is", async () => {
      const { writer, text } = await begin(COMMENTED);
      for (const change of [SHADOW, { kill: true, ...SIGNED }]) {
        const result = await writer().apply({ ...change, expectVersion: "6" });
        expect(result).toMatchObject({ made: false, why: "conflict" });
        expect(messageOf(result)).toMatch(
          /version 7, made by bob at 2026-12-24T18:00:00Z \(a hunch\), not at 6/,
        );
      }
      expect(await text()).toBe(COMMENTED);
    });

    it("refuses a change that was decided on a version when there are no flags", async () => {
      const { writer, text } = await begin();
      expect(await writer().apply({ ...SHADOW, expectVersion: "1" })).toMatchObject({ why: "conflict" });
      expect(await text()).toBeNull();
    });

    it.each(["version: 7\nkill: [unclosed", "version: seven", "version: 7\nroutes: { a: { stage: gone } }"])(
      "leaves flags alone that are not valid: %j",
      async (broken) => {
        const { writer, text } = await begin(broken);
        for (const change of [SHADOW, { kill: true, ...SIGNED }]) {
          expect(await writer().apply(change)).toMatchObject({ made: false, why: "invalid" });
        }
        expect(await text()).toBe(broken);
      },
    );

    it("makes no flags that a gateway would reject", async () => {
      const { writer, text } = await begin(COMMENTED);
      const wrong = [
        { ...SHADOW, stage: "canary" },
        { ...SHADOW, percent: 5 },
        { ...SHADOW, routeId: "9-lives" },
        { ...SHADOW, reason: "long ".repeat(1000) },
      ] as const;
      for (const change of wrong) {
        expect(await writer().apply(change)).toMatchObject({ made: false, why: "invalid" });
      }
      expect(await text()).toBe(COMMENTED);
    });

    it("lets one of two win who decided on the same version", async () => {
      const { writer } = await begin(COMMENTED);
      const changes = (["shadow", "cutover"] as const).map(
        (stage) => ({ ...SHADOW, stage, expectVersion: "7" }) as const,
      );
      const results = await Promise.all(changes.map((change) => writer().apply(change)));
      expect(results.filter(({ made }) => made)).toHaveLength(1);
      expect(results.every(madeOrOvertaken)).toBe(true);
      const winner = changes[results.findIndex(({ made }) => made)]!;
      expect(await document()).toMatchObject({
        version: 8,
        routes: { "get-order": { stage: winner.stage } },
      });
    });

    it("makes each of 20 changes at once wholly, or says why not, and loses none", async () => {
      const { writer } = await begin("version: 0");
      const wanted = Array.from({ length: 20 }, (_, index) => `route-${index}`);
      const flip = async (routeId: string) => ({
        routeId,
        result: await writer().apply({ ...SHADOW, routeId, by: routeId }),
      });
      const versions: string[] = [];
      let left = wanted;
      // Who was refused tries again, as people do; each round somebody gets through.
      while (left.length > 0) {
        const flips = await Promise.all(left.map(flip));
        expect(flips.every(({ result }) => madeOrOvertaken(result))).toBe(true);
        for (const { result } of flips) if (result.made) versions.push(result.version);
        const landed = flips.filter(({ result }) => result.made).map(({ routeId }) => routeId);
        expect(landed.length).toBeGreaterThan(0);
        left = left.filter((routeId) => !landed.includes(routeId));
        const { routes } = await document();
        expect(Object.keys(routes).sort()).toEqual(
          wanted.filter((routeId) => !left.includes(routeId)).sort(),
        );
      }
      expect(new Set(versions).size).toBe(20);
      expect((await document()).version).toBe(Math.max(...versions.map(Number)));
    }, 60_000);
  });
}

function madeOrOvertaken(result: FlipResult): boolean {
  return result.made || result.why === "conflict" || result.why === "busy";
}

function messageOf(result: FlipResult): string {
  return result.made ? "" : result.message;
}
