import { expect } from "vitest";

/** Asymmetric matchers with a type that says nothing, where vitest's own would say `any`. */
export const containing = (text: string): unknown => expect.stringContaining(text);
export const matching = (shape: RegExp): unknown => expect.stringMatching(shape);
