import { without, type HeaderList } from "../http/headers.ts";
import type { HeaderRule } from "../routes/function-target.ts";
import type { Upstream } from "./upstream.ts";

/** The upstream, with its answers' header changed by these rules and by nothing else. */
export function withAnswerHeaders(upstream: Upstream, rules: readonly HeaderRule[]): Upstream {
  if (rules.length === 0) return upstream;
  return {
    name: upstream.name,
    async send(request, attempt) {
      const answer = await upstream.send(request, attempt);
      return { ...answer, headers: rules.reduce(changed, answer.headers) };
    },
  };
}

function changed(headers: HeaderList, rule: HeaderRule): HeaderList {
  switch (rule.kind) {
    case "remove":
      return without(headers, new Set([rule.name]));
    case "set":
      return [...without(headers, new Set([rule.name])), rule.name, rule.value];
    case "replace":
      return headers.map((text, i) => {
        const isValue = i % 2 === 1 && headers[i - 1]!.toLowerCase() === rule.name;
        return isValue && text.startsWith(rule.from) ? rule.to + text.slice(rule.from.length) : text;
      });
    default:
      return rule satisfies never;
  }
}
