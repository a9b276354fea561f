import type { Beginning, ToWorker } from "./messages.ts";
import { primaryLink } from "./primary-link.ts";
import { worker } from "./worker.ts";

/**
 * A process that answers clients, and does only as the primary tells it. It ends when the primary does, to which
 * node:cluster sees.
 */

// A terminal and systemd signal all processes of a gateway; what is to be done about it, the primary says.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"]) {
  process.on(signal, () => undefined);
}

const primary = primaryLink();
const begin = (beginning: Beginning) => {
  const working = worker(beginning, primary);
  process.on("message", (message: ToWorker) => working.obey(message));
  working.listening.then(
    (port) => primary.tell({ say: "listening", port }),
    async (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      await primary.tell({ say: "cannot-listen", message });
      process.exit(1);
    },
  );
  void working.drained.then(() => process.exit(0));
};
process.once("message", (message: ToWorker) => {
  if (message.do === "begin") begin(message.beginning);
});
void primary.tell({ say: "up" });
