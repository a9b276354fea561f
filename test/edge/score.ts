import { TOPICS } from "./all-topics.ts";
import { startGatewayPeer } from "./peers/gateway.ts";
import { haproxy } from "./peers/haproxy.ts";
import { nginx } from "./peers/nginx.ts";
import type { Peer } from "./peers/peer.ts";
import { startProgram } from "./peers/process.ts";
import { runAll, type Ran } from "./run-all.ts";

/** `npm run test:edge [-- topic]`: every case of the corpus against the gateway and, where they are installed, nginx and HAProxy. */

const LANES = 8;
const NAME_WIDTH = 24;
const COLUMN_WIDTH = 20;

const asked = process.argv[2];
const topics = TOPICS.filter(({ topic }) => asked === undefined || topic === asked);
const columns: { title: string; ran: Ran[] }[] = [];
for (const start of [
  () => startGatewayPeer(LANES),
  () => startProgram(nginx, LANES),
  () => startProgram(haproxy, LANES),
]) {
  const peer: Peer | null = await start();
  if (peer === null) continue;
  columns.push({ title: `${peer.name} ${peer.version}`, ran: await runAll(topics, peer.lanes, 1) });
  await peer.close();
}
for (const { name } of [nginx, haproxy]) {
  if (!columns.some(({ title }) => title.startsWith(name))) console.log(`${name} is not installed: left out`);
}

const row = (name: string, cells: readonly string[]) =>
  console.log(
    name.padEnd(NAME_WIDTH) +
      cells.map((cell) => cell.slice(0, COLUMN_WIDTH - 2).padStart(COLUMN_WIDTH)).join(""),
  );
const passed = (ran: readonly Ran[]) => `${ran.filter(isPassed).length}/${ran.length}`;
row(
  "",
  columns.map(({ title }) => title),
);
for (const { topic } of topics) {
  row(
    topic,
    columns.map(({ ran }) => passed(ran.filter((one) => one.topic === topic))),
  );
}
for (const level of ["must", "should"]) {
  row(
    `all, ${level}`,
    columns.map(({ ran }) => passed(ran.filter(({ edgeCase }) => edgeCase.level === level))),
  );
}
row(
  "all",
  columns.map(({ ran }) => passed(ran)),
);

for (const { title, ran } of columns) {
  const failed = ran.filter((one) => !isPassed(one));
  console.log(`\n${title}: ${failed.length} failed`);
  for (const { topic, edgeCase, failures } of failed) {
    console.log(
      `  ${edgeCase.level.padEnd(6)} ${topic}: ${edgeCase.name} (${edgeCase.source}): ${failures.join("; ")}`,
    );
  }
}
process.exit(columns[0]!.ran.every((one) => isPassed(one) || one.edgeCase.level === "should") ? 0 : 1);

function isPassed({ failures }: Ran): boolean {
  return failures.length === 0;
}
