import { operator } from "../api/operator.ts";
import { AuditTable } from "../audit/audit-table.tsx";
import { useLoaded } from "../parts/loaded.ts";
import { hashOf } from "../place.ts";

/** Who moved the route lately. */
export function RouteHistory({ route, flagVersion }: { route: string; flagVersion: string }) {
  const { value } = useLoaded(() => operator.audit({ route, limit: 5 }), [route, flagVersion]);
  if (value === null || value.entries.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="history-title">
      <div class="panel-head">
        <h2 id="history-title">Last changes</h2>
        <a href={hashOf("audit", route)}>All of them</a>
      </div>
      <AuditTable entries={value.entries} />
    </section>
  );
}
