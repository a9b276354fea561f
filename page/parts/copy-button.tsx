import { say } from "./announcement.tsx";
import { Icon } from "./icon.tsx";

/** Puts a text on the clipboard. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say(`Copied: ${text}`);
    } catch {
      say("The browser does not let this page copy: select the text instead", "bad");
    }
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()}>
      <Icon name="copy" /> {label}
    </button>
  );
}
