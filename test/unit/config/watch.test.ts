import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchFile } from "../../../gateway/config/watch.ts";
import type { FileWatch } from "../../../gateway/config/watch.ts";

let folder: string;
let file: string;
let watching: FileWatch | undefined;
let changes = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banyan-watch-"));
  file = join(folder, "routes.yaml");
  await writeFile(file, "one");
  changes = 0;
});

afterEach(async () => {
  watching?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function watchIt(path = file): Promise<void> {
  watching = watchFile(path, () => (changes += 1));
  await watching.start();
}

const WITHIN = { timeout: 10_000 };
const settled = () => sleep(300);

test("a write is seen, and many at once are seen as one", async () => {
  await watchIt();
  for (const text of ["two", "three", "four"]) writeFileSync(file, text);
  await expect.poll(() => changes, WITHIN).toBe(1);
  await settled();
  expect(changes).toBe(1);
  await writeFile(file, "five");
  await expect.poll(() => changes, WITHIN).toBe(2);
});

test("it is seen also while the folder is never quiet", async () => {
  await watchIt();
  const noise = setInterval(() => writeFileSync(join(folder, "noise.log"), String(Math.random())), 10);
  try {
    await writeFile(file, "two");
    await expect.poll(() => changes, WITHIN).toBe(1);
  } finally {
    clearInterval(noise);
  }
});

test("a file that an editor puts in its place is seen", async () => {
  await watchIt();
  await writeFile(`${file}.new`, "two");
  await rename(`${file}.new`, file);
  await expect.poll(() => changes, WITHIN).toBe(1);
});

test("a file that is gone is waited for", async () => {
  await watchIt();
  await rm(file);
  await settled();
  expect(changes).toBe(0);
  await writeFile(file, "two");
  await expect.poll(() => changes, WITHIN).toBe(1);
});

test("a file that was never there is seen when it comes, folder and all", async () => {
  const later = join(folder, "later", "routes.yaml");
  await watchIt(later);
  await mkdir(join(folder, "later"));
  await writeFile(later, "one");
  await expect.poll(() => changes, WITHIN).toBe(1);
});

test("a swapped link beside the file is seen, as Kubernetes mounts a ConfigMap", async () => {
  await rm(file);
  for (const version of ["..v1", "..v2"]) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, "routes.yaml"), version);
  }
  await symlink("..v1", join(folder, "..data"));
  await symlink("..data/routes.yaml", file);
  await watchIt();
  await symlink("..v2", join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  await expect.poll(() => changes, WITHIN).toBe(1);
});

test("other files in the folder are nobody's business", async () => {
  await watchIt();
  await writeFile(join(folder, "other.yaml"), "x");
  await settled();
  expect(changes).toBe(0);
});

test("nothing is heard after stop, nothing is left running, and it can start again", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => /FSEvent|Timeout/.test(name)).length;
  const before = timers();
  await watchIt();
  await writeFile(file, "two");
  watching?.stop();
  expect(timers()).toBeLessThanOrEqual(before);
  await settled();
  expect(changes).toBe(0);
  await watching?.start();
  await writeFile(file, "three");
  await expect.poll(() => changes, WITHIN).toBe(1);
});
