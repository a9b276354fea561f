import { useState } from "preact/hooks";
import { operator } from "../api/operator.ts";
import { Dialog } from "../parts/dialog.tsx";
import { useStore } from "../store.ts";
import { killWish } from "./flip-wish.ts";
import { perform } from "./outcome.ts";

/** The one question before everything goes to legacy. */
export function KillDialogPlace() {
  return useStore(killWish) ? <KillDialog /> : null;
}

function KillDialog() {
  const [reason, setReason] = useState("");
  const close = () => killWish.set(false);
  const stop = async () => {
    close();
    const wish = { on: true, reason: reason.trim() || "stopped on the page" };
    await perform(operator.kill(wish), "legacy answers everything");
  };
  return (
    <Dialog title="Send everything to legacy?" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void stop();
        }}
      >
        <p>
          No function answers or gets copies until the kill switch is off again. Stages stay as they are. It
          works even where the flags cannot be reached: then for this gateway alone.
        </p>
        <label class="field">
          <span>Reason (may be left out)</span>
          <input value={reason} maxLength={2000} onInput={(e) => setReason(e.currentTarget.value)} />
        </label>
        <p class="buttons">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="danger" autofocus>
            Stop all functions
          </button>
        </p>
      </form>
    </Dialog>
  );
}
