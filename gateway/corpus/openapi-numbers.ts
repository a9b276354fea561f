import type { Node } from "./openapi-document.ts";

/** Numbers at and beside every boundary that a schema has, and those at which programs have theirs; the usual one first. */
export function numbersFor(node: Node): number[] {
  const isInteger =
    node["type"] === "integer" || (Array.isArray(node["type"]) && !node["type"].includes("number"));
  const multiple = numberIn(node["multipleOf"]) ?? (isInteger ? 1 : 0);
  const step = multiple > 0 ? multiple : 0.5;
  const [least, most] = boundsOf(node, step);
  const isMultiple = (value: number) => {
    const times = Number((value / multiple).toPrecision(12));
    return Number.isInteger(times) && Math.abs(times) <= 2 ** 53;
  };
  const fits = (value: number) => value >= least && value <= most && (multiple <= 0 || isMultiple(value));
  const round = (value: number) => (multiple > 0 ? Math.ceil(value / multiple) * multiple : value);
  const low = least === -Infinity ? [] : [round(least), round(least) + step];
  const high = most === Infinity ? [] : [most - (multiple > 0 ? most % multiple : 0), most - step];
  const usual = [1, 10, 100].map(round).filter(fits).slice(0, 1);
  const famous = [0, -1, 0.1, -0.5, 1e-7, 1e21, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53 - 1, 2 ** 53];
  const found = [...usual, ...low, ...high, ...famous].filter(fits);
  return found.length > 0 ? found : [round(Number.isFinite(least) ? least : 0)];
}

/** The smallest and the largest number that are allowed. 3.0 says with a flag that a bound is outside, 3.1 with a bound of its own. */
function boundsOf(node: Node, step: number): readonly [least: number, most: number] {
  const exclusiveLeast = node["exclusiveMinimum"];
  const exclusiveMost = node["exclusiveMaximum"];
  const least = numberIn(node["minimum"]) ?? -Infinity;
  const most = numberIn(node["maximum"]) ?? Infinity;
  const limit = LIMITS[String(node["format"])] ?? [-Infinity, Infinity];
  return [
    Math.max(
      exclusiveLeast === true ? least + step : least,
      (numberIn(exclusiveLeast) ?? -Infinity) + step,
      limit[0],
    ),
    Math.min(
      exclusiveMost === true ? most - step : most,
      (numberIn(exclusiveMost) ?? Infinity) - step,
      limit[1],
    ),
  ];
}

const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 53), 2 ** 53],
};

function numberIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
