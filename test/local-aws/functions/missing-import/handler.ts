import { createRequire } from "node:module";

const nowhere: unknown = createRequire(import.meta.url)("./nowhere.cjs");

export const handler = () => nowhere;
