import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { FlipMark } from "../live/traffic-history.ts";
import { timeOfDay } from "./number-text.ts";

/** One line of a chart; its colour is that of `.line-${name}`. */
export interface Line {
  readonly name: "legacy" | "function" | "mismatch";
  readonly label: string;
  readonly values: readonly (number | null)[];
}

const HEIGHT = 150;
/** A chart is never about less time than that, in seconds. */
const LEAST_SPAN = 60;

/** Lines over time, with a mark at each flip. The newest values are below it as text, for those who cannot see it. */
export function Chart({
  title,
  at,
  lines,
  flips,
  format,
}: {
  title: string;
  /** Wall-clock seconds. */
  at: readonly number[];
  lines: readonly Line[];
  flips: readonly FlipMark[];
  format: (value: number) => string;
}) {
  const figure = useRef<HTMLElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const marks = useRef(flips);
  marks.current = flips;
  const data: uPlot.AlignedData = [[...at], ...lines.map(({ values }) => [...values])];

  useEffect(() => {
    const options = optionsOf(figure.current!, lines, () => marks.current, format);
    const made = new uPlot(
      { ...options, width: place.current!.clientWidth, height: HEIGHT },
      data,
      place.current!,
    );
    plot.current = made;
    const fit = new ResizeObserver(([entry]) =>
      made.setSize({ width: entry!.contentRect.width, height: HEIGHT }),
    );
    fit.observe(place.current!);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => made.redraw(false);
    scheme.addEventListener("change", repaint);
    return () => {
      scheme.removeEventListener("change", repaint);
      fit.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data));

  return (
    <figure class="chart" ref={figure}>
      <figcaption>{title}</figcaption>
      <div ref={place} aria-hidden="true" />
      <p class="legend">
        {lines.map(({ name, label, values }) => (
          <span key={name} class={`line-${name}`}>
            <i aria-hidden="true" /> {label} <b>{newest(values, format)}</b>
          </span>
        ))}
      </p>
    </figure>
  );
}

function newest(values: readonly (number | null)[], format: (value: number) => string): string {
  const value = values.findLast((one) => one !== null) ?? null;
  return value === null ? "–" : format(value);
}

/** Colours are read when something is painted, so that they follow the theme. */
function optionsOf(
  figure: HTMLElement,
  lines: readonly Line[],
  flips: () => readonly FlipMark[],
  format: (value: number) => string,
): Omit<uPlot.Options, "width" | "height"> {
  const colour = (selector: string) => getComputedStyle(figure.querySelector(selector) ?? figure).color;
  const axis = {
    stroke: () => colour("figcaption"),
    grid: { stroke: () => withAlpha(colour("figcaption")), width: 1 },
    ticks: { show: false },
    font: "11px system-ui",
  };
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_plot, from, to) => [Math.min(from, to - LEAST_SPAN), to] },
      y: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1e-3)] },
    },
    axes: [
      { ...axis, size: 26, space: 80, values: (_plot, splits) => splits.map(timeOfDay) },
      { ...axis, size: 56, space: 34, values: (_plot, splits) => splits.map((split) => format(split)) },
    ],
    series: [
      {},
      ...lines.map(({ name }) => ({
        stroke: () => colour(`.line-${name}`),
        width: 1.5,
        points: { show: false },
        spanGaps: true,
      })),
    ],
    hooks: { draw: [(plot) => drawFlips(plot, flips(), colour("figcaption"))] },
  };
}

function drawFlips(plot: uPlot, flips: readonly FlipMark[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.font = `${11 * devicePixelRatio}px system-ui`;
  ctx.setLineDash([4, 4]);
  for (const { at, says } of flips) {
    const x = plot.valToPos(at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.textAlign = x > bbox.left + bbox.width / 2 ? "right" : "left";
    ctx.fillText(` ${says} `, x, bbox.top + 11 * devicePixelRatio);
  }
  ctx.restore();
}

/** A computed colour, mostly transparent. */
function withAlpha(colour: string): string {
  return `color-mix(in srgb, ${colour} 18%, transparent)`;
}
