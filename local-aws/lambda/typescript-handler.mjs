// The runtime client looks for .js, .mjs and .cjs only; this file's name is one it finds.
export { default } from "./typescript-handler.ts";
