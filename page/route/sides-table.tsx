import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import { count, dollars, milliseconds, percent } from "../parts/number-text.ts";
import type { BothSides } from "../routes/both-sides.ts";
import { sum } from "../routes/standing.ts";

type Traffic = NonNullable<RouteStatus["traffic"]>;

/** Both sides next to each other: counts since the gateway started, durations and errors as the list of routes has them. */
export function SidesTable({ route, sides }: { route: RouteStatus; sides: BothSides }) {
  const { traffic, breakers, cost } = route;
  if (traffic === null) return null;
  const asked = ({ answered, failed }: Traffic["legacy"]) => count(answered + sum(failed));
  const rows = [
    ["answered clients", count(traffic.answeredBy.legacy), count(traffic.answeredBy.function)],
    ["asked for clients", asked(traffic.legacy), asked(traffic.function)],
    ["p50", milliseconds(sides.legacy.p50Ms), milliseconds(sides.function.p50Ms)],
    ["p99", milliseconds(sides.legacy.p99Ms), milliseconds(sides.function.p99Ms)],
    ["errors", percentText(sides.legacy.errorPercent), percentText(sides.function.errorPercent)],
    ["5xx", count(traffic.legacy.serverErrors), count(traffic.function.serverErrors)],
    ["no answer", tallyText(traffic.legacy.failed) ?? "0", tallyText(traffic.function.failed) ?? "0"],
    ["breaker", breakers?.legacy ?? "–", breakers?.function ?? "–"],
  ] as const;
  return (
    <section class="panel" aria-labelledby="sides-title">
      <h2 id="sides-title">Both sides</h2>
      <table class="numbers">
        <thead>
          <tr>
            <td />
            <th scope="col" class="line-legacy">
              legacy
            </th>
            <th scope="col" class="line-function">
              function
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ours, theirs]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{ours}</td>
              <td>{theirs}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Extras traffic={traffic} cost={cost} />
    </section>
  );
}

function Extras({ traffic, cost }: { traffic: Traffic; cost: RouteStatus["cost"] }) {
  const { invocations, fallbacks, problems, shadow, withoutKey } = traffic;
  const { cold, warm, sampled, memory, meanBilledMs } = invocations;
  const lines: readonly (readonly [string, string | null])[] = [
    ["legacy stood in", tallyText(fallbacks)],
    ["answered by the gateway", tallyText(problems)],
    ["without a key", withoutKey === 0 ? null : count(withoutKey)],
    ["copies not compared", tallyText(shadow.dropped)],
    [
      "cold starts",
      sampled === 0
        ? null
        : `${percent((100 * cold.count) / sampled)} of ${count(sampled)} · cold p99 ${milliseconds(cold.p99Ms)}, warm p99 ${milliseconds(warm.p99Ms)}`,
    ],
    ["billed", meanBilledMs === null ? null : `${milliseconds(meanBilledMs)} a call`],
    [
      "memory",
      memory === null
        ? null
        : `${memory.peakUsedMb} of ${memory.sizeMb} MB at most, ${Math.round(memory.headroomPercent)} % left`,
    ],
    [
      "cost of all its traffic",
      cost === null
        ? null
        : `${dollars(cost.usdPerMillionRequests / 1000)} per 1,000, ${dollars(cost.usdPerMonth)} a month (${cost.region}, ${cost.priceDate})`,
    ],
  ];
  return (
    <dl class="extras">
      {lines.map(([name, text]) =>
        text === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** "timeout 3, throttled 1"; null for nothing. */
export function tallyText(counts: Readonly<Record<string, number>>): string | null {
  const known = Object.entries(counts).filter(([, n]) => n > 0);
  return known.length === 0 ? null : known.map(([what, n]) => `${what} ${count(n)}`).join(", ");
}

function percentText(value: number | null): string {
  return value === null ? "–" : percent(value);
}
