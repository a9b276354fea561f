/** Does what its event says. */
interface Event {
  readonly do: string;
  readonly text?: string;
  readonly bytes?: number;
  readonly untilMs?: number;
}

interface Context {
  readonly awsRequestId: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

let runs = 0;

export async function handler(event: Event, context: Context): Promise<unknown> {
  runs += 1;
  const { awsRequestId, functionVersion, invokedFunctionArn, memoryLimitInMB } = context;
  const remainingMs = context.getRemainingTimeInMillis();
  const acts: Record<string, () => unknown> = {
    echo: () => event,
    process: () => ({ pid: process.pid, runs }),
    context: () => ({ awsRequestId, functionVersion, invokedFunctionArn, memoryLimitInMB, remainingMs }),
    environment: () => ({ ...process.env, cwd: process.cwd() }),
    print: () => (console.log(event.text), process.stderr.write("to stderr\n"), null),
    throw: () => {
      throw new TypeError(event.text);
    },
    nothing: () => undefined,
    bigint: () => 1n,
    exit: () => process.exit(1),
    exitQuietly: () => process.exit(0),
    crash: () => process.kill(process.pid, "SIGKILL"),
    hang: () => new Promise(() => setInterval(() => {}, 1000)),
    spin: () => {
      for (;;);
    },
    big: () => "x".repeat(event.bytes ?? 0),
    wait: () => new Promise((resolve) => setTimeout(resolve, event.untilMs, process.pid)),
  };
  return acts[event.do]?.();
}
