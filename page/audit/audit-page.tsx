import { useState } from "preact/hooks";
import type { Status } from "../../gateway/admin/status-contract.ts";
import { operator } from "../api/operator.ts";
import { Icon } from "../parts/icon.tsx";
import { useLoaded } from "../parts/loaded.ts";
import { count } from "../parts/number-text.ts";
import { Trouble } from "../parts/trouble.tsx";
import { goTo, hashOf } from "../place.ts";
import { AuditTable } from "./audit-table.tsx";

const A_PAGE = 50;

/** Who changed what, newest first, and whether the log of it can be believed. */
export function AuditPage({ status, route }: { status: Status; route: string | null }) {
  const [before, setBefore] = useState<number | null>(null);
  const { value, problem } = useLoaded(
    () => operator.audit({ route, limit: A_PAGE, before }),
    [route, before, before === null ? status.flags.version : null],
  );
  const oldest = value?.entries.at(-1)?.seq ?? null;
  return (
    <>
      <div class="toolbar">
        <h1 tabIndex={-1}>Audit</h1>
        {value !== null && (
          <span class={value.chain.holds ? "verdict is-yes" : "verdict is-no"}>
            <Icon name={value.chain.holds ? "yes" : "no"} />
            {value.chain.holds
              ? `${count(value.chain.records)} ${value.chain.records === 1 ? "record" : "records"}, each as it was written`
              : `broken at line ${value.chain.broken?.line}: ${value.chain.broken?.what}`}
          </span>
        )}
        <label class="filter">
          <span class="unseen">Route</span>
          <select
            value={route ?? ""}
            onChange={({ currentTarget }) => {
              setBefore(null);
              goTo(hashOf("audit", currentTarget.value === "" ? null : currentTarget.value));
            }}
          >
            <option value="">all routes</option>
            {status.routes.map(({ id }) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
      </div>
      <Trouble problem={problem} />
      {value?.entries.length === 0 && <p class="nothing">Nothing is recorded yet.</p>}
      {value !== null && value.entries.length > 0 && (
        <div class="panel">
          <AuditTable entries={value.entries} />
        </div>
      )}
      {value !== null && (
        <p class="buttons is-left">
          {before !== null && (
            <button type="button" onClick={() => setBefore(null)}>
              Newest
            </button>
          )}
          {value.entries.length === A_PAGE && (
            <button type="button" onClick={() => setBefore(oldest)}>
              Older
            </button>
          )}
          <span class="hint mono">head {value.chain.head.hash}</span>
        </p>
      )}
    </>
  );
}
