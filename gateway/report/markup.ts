import { block } from "./shown.ts";
import { safeTemplate } from "./safe-template.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML and XML: what is put in is text, in elements and in quoted attributes. */
export const markup = safeTemplate((text) =>
  block(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!),
);
