import { useState } from "preact/hooks";
import { token, tokenWanted } from "./api/token.ts";
import { refresh } from "./live/live-status.ts";
import { Dialog } from "./parts/dialog.tsx";
import { useStore } from "./store.ts";

/** Asks who this is, when the API does. */
export function TokenDialogPlace() {
  return useStore(tokenWanted) ? <TokenDialog /> : null;
}

function TokenDialog() {
  const [text, setText] = useState("");
  const wasRefused = token.get() !== null;
  return (
    <Dialog title="Who is there?" close={() => tokenWanted.set(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          token.set(text.trim());
          void refresh();
        }}
      >
        <p>
          {wasRefused ? "The token was not accepted. " : ""}
          This gateway wants a token. It is kept in this tab only, and forgotten when the tab is closed.
        </p>
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            required
            autofocus
            autocomplete="off"
            value={text}
            onInput={(e) => setText(e.currentTarget.value)}
          />
        </label>
        <p class="buttons">
          <button type="submit" class="primary">
            Go on
          </button>
        </p>
      </form>
    </Dialog>
  );
}
