import "uplot/dist/uPlot.min.css";
import { i18n } from "@lingui/core";
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import classes from "./Analytics.module.css";

interface Drawing {
  title: string;
  /** Seconds since 1970. */
  days: number[];
  lines: (number | null)[][];
  isCount: boolean;
  tint: "ink" | "look";
}

const HEIGHT = 150;

/** A line of days. Who cannot see it switches to the table. */
export function Plot({ title, days, lines, isCount, tint }: Drawing) {
  const { ref, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  const drawn = JSON.stringify([days, lines, isCount, tint, scheme, i18n.locale]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `drawn` stands for all that is drawn
  useEffect(() => {
    if (place.current === null || width === 0) return;
    const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const strokes = tint === "look" ? [token("--warn")] : [token("--ink"), token("--line-strong")];
    const axis = { stroke: token("--soft"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
    const plot = new uPlot(
      {
        width,
        height: HEIGHT,
        cursor: { y: false, points: { size: 6 } },
        legend: { show: false },
        scales: { y: { range: (_, __, most) => [0, most ? most * 1.15 : 1] } },
        axes: [
          { ...axis, font: "12px Inter Variable", space: 64, size: 30, values: (_, at) => at.map(dayOf) },
          {
            ...axis,
            font: "12px Inter Variable",
            size: 44,
            incrs: isCount ? [1, 2, 5, 10, 20, 50, 100, 500, 1000] : undefined,
          },
        ],
        series: [
          {},
          ...lines.map((_, at) => ({ stroke: strokes[at], width: 1.75, points: { size: 5 }, spanGaps: true })),
        ],
      } as uPlot.Options,
      [days, ...lines] as uPlot.AlignedData,
      place.current,
    );
    return () => plot.destroy();
  }, [width, drawn]);
  return (
    <figure className={classes.plot} ref={ref}>
      <figcaption>{title}</figcaption>
      <div ref={place} aria-hidden style={{ height: HEIGHT }} />
    </figure>
  );
}

function dayOf(seconds: number): string {
  return new Intl.DateTimeFormat(i18n.locale, { day: "numeric", month: "short" }).format(new Date(seconds * 1000));
}
