import { store, useStore } from "../store.ts";
import { Icon } from "./icon.tsx";

interface Announcement {
  readonly text: string;
  readonly tone: "good" | "bad";
  /** What to do about it, besides reading. */
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

const current = store<Announcement | null>(null);

/** Says what came of something, in one line that stays until the next one or until it is dismissed. */
export function say(
  text: string,
  tone: "good" | "bad" = "good",
  action: Announcement["action"] = null,
): void {
  current.set({ text, tone, action });
}

export function AnnouncementLine() {
  const announcement = useStore(current);
  return (
    <div class="announcement-place" role="status" aria-live="polite">
      {announcement !== null && (
        <div class={`announcement is-${announcement.tone}`}>
          <Icon name={announcement.tone === "good" ? "yes" : "warning"} />
          <span class="announcement-text">{announcement.text}</span>
          {announcement.action !== null && (
            <button type="button" onClick={announcement.action.run}>
              {announcement.action.label}
            </button>
          )}
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => current.set(null)}>
            <Icon name="no" />
          </button>
        </div>
      )}
    </div>
  );
}
