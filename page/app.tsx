import { useEffect, useRef } from "preact/hooks";
import type { Status } from "../gateway/admin/status-contract.ts";
import { AuditPage } from "./audit/audit-page.tsx";
import { Banners } from "./banners.tsx";
import { DiffsPage } from "./diffs/diffs-page.tsx";
import { ExplainPage } from "./explain/explain-page.tsx";
import { FlipDialogPlace } from "./flip/flip-dialog.tsx";
import { killWish } from "./flip/flip-wish.ts";
import { KillDialogPlace } from "./flip/kill-dialog.tsx";
import { liveStatus, type LiveStatus } from "./live/live-status.ts";
import { AnnouncementLine } from "./parts/announcement.tsx";
import { Icon } from "./parts/icon.tsx";
import { Trouble } from "./parts/trouble.tsx";
import { hashOf, here, type Place } from "./place.ts";
import { RoutePage } from "./route/route-page.tsx";
import { RoutesPage } from "./routes/routes-page.tsx";
import { useStore } from "./store.ts";
import { SystemPage } from "./system/system-page.tsx";
import { TokenDialogPlace } from "./token-dialog.tsx";

const PAGES = [
  ["routes", "Routes"],
  ["diffs", "Differences"],
  ["explain", "Explain"],
  ["audit", "Audit"],
  ["system", "System"],
] as const;

export function App() {
  const live = useStore(liveStatus);
  const place = useStore(here);
  const main = useRef<HTMLElement>(null);
  const title = place.id ?? PAGES.find(([page]) => page === place.page)?.[1] ?? "Routes";
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · Banyan`;
    // A new page begins where a new document would; the very first one is a new document.
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [place.page, place.id]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to content
      </a>
      <Header live={live} place={place} />
      <Banners live={live} />
      <main id="main" ref={main} tabIndex={-1}>
        {live.status === null ? <Waiting live={live} /> : <Page status={live.status} place={place} />}
      </main>
      <AnnouncementLine />
      <FlipDialogPlace />
      <KillDialogPlace />
      <TokenDialogPlace />
    </>
  );
}

function Page({ status, place: { page, id } }: { status: Status; place: Place }) {
  switch (page) {
    case "diffs":
      return <DiffsPage status={status} route={id} />;
    case "explain":
      return <ExplainPage flagVersion={status.flags.version} />;
    case "audit":
      return <AuditPage status={status} route={id} />;
    case "system":
      return <SystemPage status={status} />;
    default:
      return id === null ? <RoutesPage status={status} /> : <RoutePage status={status} id={id} />;
  }
}

function Waiting({ live: { problem } }: { live: LiveStatus }) {
  if (problem === null) return <p class="nothing">Asking the gateway…</p>;
  return (
    <>
      <h1 tabIndex={-1}>No answer yet</h1>
      <Trouble problem={problem} />
    </>
  );
}

const FED = { events: "live", polling: "live, by asking", lost: "no answer" } as const;

function Header({ live: { status, by }, place }: { live: LiveStatus; place: Place }) {
  return (
    <header>
      <a class="brand" href={hashOf("routes")}>
        <Icon name="tree" /> Banyan
      </a>
      <nav aria-label="Pages">
        {PAGES.map(([page, name]) => (
          <a key={page} href={hashOf(page)} aria-current={page === place.page ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <p class={`fed is-${by}`}>
        <i aria-hidden="true" />
        <span>{FED[by]}</span>
        {status !== null && <span class="mono flags-version">flags {status.flags.version}</span>}
      </p>
      <button
        type="button"
        class="danger-quiet"
        disabled={status?.flags.killed === true}
        onClick={() => killWish.set(true)}
      >
        <Icon name="stop" /> Kill switch
      </button>
    </header>
  );
}
