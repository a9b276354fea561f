import { assess } from "../evidence/assess.ts";
import { reportOf } from "../report/report-of.ts";
import type { Report, RouteReport } from "../report/report.ts";
import { rungText } from "../admin/rung-text.ts";
import type { Status } from "../admin/status-contract.ts";
import { remoteOperator } from "./remote-operator.ts";

/** What one gateway of a fleet says; null when it does not answer. */
export interface GatewayView {
  readonly url: string;
  readonly status: Status | null;
}

/** Asks every gateway where it stands. */
export async function fleetView(urls: readonly string[], token: string | null): Promise<GatewayView[]> {
  return Promise.all(
    urls.map(async (url) => {
      const status = await remoteOperator({ url, token })
        .status()
        .catch(() => null);
      return { url, status };
    }),
  );
}

/** The report, judged with what keeps the gateways of a fleet from being of one mind. */
export function withFleet(report: Report, fleet: readonly GatewayView[]): Report {
  const routes = report.routes.map((route): RouteReport => {
    const disagreements = disagreementsOn(route, fleet);
    const live = route.live ?? { breakers: null, disagreements: [] };
    return { ...route, live: { ...live, disagreements: [...live.disagreements, ...disagreements] } };
  });
  return reportOf({ ...report, routes }, assess);
}

function disagreementsOn({ route, stage, percent }: RouteReport, fleet: readonly GatewayView[]): string[] {
  return fleet.flatMap(({ url, status }) => {
    if (status === null) return [`${url} does not answer`];
    const there = status.routes.find(({ id }) => id === route);
    if (there === undefined) return [`${url} has no such route`];
    const isSame = there.stage === stage && there.percent === percent;
    const own = isSame ? [] : [`${url} has it in ${rungText(there)}`];
    const { function: ofClients = "closed", copies: ofCopies = "closed" } = there.breakers ?? {};
    const clients = ofClients === "closed" ? [] : [`${url}: its breaker of clients is ${ofClients}`];
    const copies = ofCopies === "closed" ? [] : [`${url}: a breaker of its copies is ${ofCopies}`];
    return [...own, ...clients, ...copies];
  });
}
