import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type Cell, type Grid, type Point, sharesOf } from "./grid.ts";
import { cellsOf } from "./cells.ts";
import { report } from "./report.ts";

/**
 * How well regressions are told from noise: faults of many kinds are injected into answers of an orders API that differs
 * from itself, and the paired test is set beside Diffy's published rule and deep equality. Everything is drawn from fixed
 * seeds. `--quick` takes fewer trials, `--json` prints what the tables are made of.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" } } });
  const grid: Grid = { every: values.quick ? 10 : 1 };
  const startedAt = performance.now();
  const shares = sharesOf(availableParallelism());
  const cells = (await Promise.all(shares.map((share) => inWorker({ grid, points: share })))).flat();
  process.stdout.write(values.json ? `${JSON.stringify(cells, null, 1)}\n` : report(cells));
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
}

interface Share {
  readonly grid: Grid;
  readonly points: readonly Point[];
}

function inWorker(share: Share): Promise<Cell[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(import.meta.filename, { workerData: share, argv: [] });
    worker.once("message", resolve).once("error", reject);
  });
}

if (isMainThread) {
  await main();
} else {
  const { grid, points } = workerData as Share;
  parentPort!.postMessage(
    points.flatMap((point) => cellsOf(point, grid)),
    [],
  );
}
