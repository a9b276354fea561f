import type { Conversation } from "./conversation.ts";

/** A conversation as people read it, and as a case of the corpus would write it. */
export function shown({ client, answers }: Conversation): string {
  const lines = [`client (${client.close}${client.close === "waits" ? "" : ` after ${client.closeAfter}`}):`];
  lines.push(...client.segments.map((segment) => `  ${JSON.stringify(segment)}`));
  for (const { on, close, segments, mutated } of answers) {
    lines.push(`monolith (on ${on}, ${close}${mutated ? ", mutated" : ""}):`);
    lines.push(...segments.map((segment) => `  ${JSON.stringify(segment)}`));
  }
  return lines.join("\n");
}
