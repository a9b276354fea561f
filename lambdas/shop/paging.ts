import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { queryNumber } from "./events.ts";

/** The part of a list that is wanted, and the headers that lead to the others (RFC 8288). */
export function paging(event: APIGatewayProxyEventV2) {
  const page = queryNumber(event, "page", 1, 100_000, 1);
  const perPage = queryNumber(event, "perPage", 1, 100, 20);

  function headers(total: number): Record<string, string> {
    const last = Math.max(1, Math.ceil(total / perPage));
    const targets = { first: 1, prev: Math.min(page - 1, last), next: page + 1, last };
    const links = Object.entries(targets)
      .filter(([rel]) => (rel !== "prev" || page > 1) && (rel !== "next" || page < last))
      .map(([rel, target]) => {
        const query = new URLSearchParams(event.rawQueryString);
        query.set("page", String(target));
        return `<${event.rawPath}?${query.toString()}>; rel="${rel}"`;
      });
    return { link: links.join(", "), "x-total-count": String(total) };
  }
  return { page, perPage, offset: (page - 1) * perPage, headers };
}
