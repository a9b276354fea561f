/** What is turned away, from what is missed least to everything. */
export const SHEDDABLE = ["nothing", "copies", "functions", "everything"] as const;
export type Shed = (typeof SHEDDABLE)[number];
