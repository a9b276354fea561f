import { afterEach, describe, expect, it, vi } from "vitest";
import { NO_FLAGS, type FlagSnapshot, type FlagSource } from "../../gateway/flags/flag-source.ts";

/** A flag source and the place its flags come from. */
export interface FlagSourceSubject {
  readonly source: FlagSource;
  /** Makes a snapshot the newest at the place. */
  readonly publish: (snapshot: FlagSnapshot) => Promise<void>;
  /** Makes the newest at the place unusable. */
  readonly spoil: () => Promise<void>;
  readonly cleanUp: () => Promise<void>;
}

const SHADOW: FlagSnapshot = {
  version: "1",
  routes: new Map([["get-order", { stage: "shadow", percent: 0 }]]),
  killed: false,
};
const CANARY: FlagSnapshot = {
  version: "2",
  routes: new Map([["get-order", { stage: "canary", percent: 12.345 }]]),
  killed: true,
};

/** What every flag source promises. */
export function flagSourceContract(name: string, make: () => Promise<FlagSourceSubject>): void {
  describe(`${name} as a flag source`, () => {
    let made: FlagSourceSubject | undefined;
    const subject = async () => (made = await make());
    afterEach(async () => {
      await made?.source.stop();
      await made?.cleanUp();
      made = undefined;
    });

    it("has no flags and is not fresh before it was started", async () => {
      const { source, publish } = await subject();
      await publish(SHADOW);
      expect(source.current()).toBe(NO_FLAGS);
      expectStale(source, null);
    });

    it("has the newest flags once started", async () => {
      const { source, publish } = await subject();
      await publish(CANARY);
      await source.start();
      expect(source.current()).toEqual(CANARY);
      expect(source.health()).toMatchObject({ fresh: true, problem: null });
      expect(source.health().lastReadAt).toBeTypeOf("number");
    });

    it("takes over what is published while it runs, in a new snapshot", async () => {
      const { source, publish } = await subject();
      await publish(SHADOW);
      await source.start();
      const before = source.current();
      await publish(CANARY);
      await vi.waitFor(() => expect(source.current()).toEqual(CANARY), { timeout: 10_000 });
      expect(before).toEqual(SHADOW);
    });

    it("gives the same snapshot as long as nothing changes", async () => {
      const { source, publish } = await subject();
      await publish(SHADOW);
      await source.start();
      expect(source.current()).toBe(source.current());
    });

    it("starts without flags when they are unusable, and says why", async () => {
      const { source, spoil } = await subject();
      await spoil();
      await source.start();
      expect(source.current()).toBe(NO_FLAGS);
      expectStale(source, null);
    });

    it("keeps the last good flags when the newest are unusable, and recovers", async () => {
      const { source, publish, spoil } = await subject();
      await publish(SHADOW);
      await source.start();
      const { lastReadAt } = source.health();
      await spoil();
      await vi.waitFor(() => expect(source.health().fresh).toBe(false), { timeout: 10_000 });
      expect(source.current()).toEqual(SHADOW);
      expectStale(source, lastReadAt);
      await publish(CANARY);
      await vi.waitFor(() => expect(source.health().fresh).toBe(true), { timeout: 10_000 });
      expect(source.current()).toEqual(CANARY);
    });

    it("keeps its flags after it was stopped", async () => {
      const { source, publish } = await subject();
      await publish(SHADOW);
      await source.start();
      await source.stop();
      expect(source.current()).toEqual(SHADOW);
    });
  });
}

function expectStale(source: FlagSource, lastReadAt: number | null): void {
  expect(source.health()).toMatchObject({ fresh: false, lastReadAt });
  expect(source.health().problem).toMatch(/\w/);
}
