/** Is busy, with no socket open, until somebody ends it. */
export const handler = (): Promise<never> => new Promise(() => setInterval(() => {}, 1000));
