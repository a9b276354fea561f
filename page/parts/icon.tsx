/** Drawn in the colour of the text around them; what they mean is always said in words as well. */
const PATHS = {
  yes: "M3 8.5 6.5 12 13 4.5",
  no: "M4 4l8 8M12 4l-8 8",
  unknown: "M5.2 6a2.8 2.8 0 1 1 4.3 2.3C8.4 9 8 9.400 8 10.300M8 12.800v.2",
  warning: "M8 2.500 14.500 13.500H1.500zM8 6.500v3.200M8 11.600v.2",
  stop: "M5.300 2h5.400L14 5.300v5.400L10.700 14H5.300L2 10.700V5.300zM8 5v3.500M8 10.800v.2",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  up: "M8 13V3.500M4 7l4-4 4 4",
  down: "M8 3v9.500M4 9l4 4 4-4",
  copy: "M6 5.500h7.500V14H6zM10 5.500V2H2.500v8.500H6",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.800 10.800 14 14",
  tree: "M8 15V6M8 9 4 6M8 9l4-3M3 14V9.500M13 14V9.500M2 5.500q6-7 12 0",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
