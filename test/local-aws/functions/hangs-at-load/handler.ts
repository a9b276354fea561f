// Waits for what never comes, and a timer keeps the process alive meanwhile.
await new Promise<never>(() => setInterval(() => undefined, 60_000));

export const handler = async (): Promise<string> => "never";
