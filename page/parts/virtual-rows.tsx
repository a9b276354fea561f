import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows above and below the screen, so that the Tab key and quick scrolling find them there. */
const BESIDE = 8;

/** Draws of many rows of one height only those near the screen; the page itself scrolls. */
export function VirtualRows<T>({
  items,
  rowHeight,
  draw,
}: {
  items: readonly T[];
  /** In CSS pixels. */
  rowHeight: number;
  draw: (item: T, index: number) => ComponentChildren;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  useEffect(() => {
    const look = () => {
      const above = -place.current!.getBoundingClientRect().top;
      setFirst(Math.max(0, Math.floor(above / rowHeight) - BESIDE));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [rowHeight, items.length]);
  const from = Math.min(first, Math.max(0, items.length - BESIDE));
  const shown = items.slice(from, from + Math.ceil(innerHeight / rowHeight) + 2 * BESIDE);
  const style = { height: `${items.length * rowHeight}px`, paddingTop: `${from * rowHeight}px` };
  return (
    <div ref={place} role="rowgroup" class="virtual-rows" style={style}>
      {shown.map((item, n) => draw(item, from + n))}
    </div>
  );
}
