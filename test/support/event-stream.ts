/** One event of a stream, read. */
export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

export interface EventStream {
  /** Events so far, in order. */
  readonly events: readonly StreamedEvent[];
  readonly status: number;
  /** Resolves when the stream is over, however it ended. */
  readonly over: Promise<void>;
  leave(): void;
}

/** Listens to server-sent events, as a browser would; comments are left out. */
export async function eventStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const gone = new AbortController();
  const answer = await fetch(url, { headers, signal: gone.signal });
  const events: StreamedEvent[] = [];
  const over = read(answer, events).catch(() => undefined);
  return { events, status: answer.status, over, leave: () => gone.abort() };
}

async function read({ body }: Response, events: StreamedEvent[]): Promise<void> {
  let text = "";
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(
        block.split("\n").map((line) => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)];
        }),
      );
      const data = fields.get("data");
      if (data === undefined) continue;
      events.push({ id: fields.get("id")!, event: fields.get("event")!, data: JSON.parse(data) as unknown });
    }
  }
}
