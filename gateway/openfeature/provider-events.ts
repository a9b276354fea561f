import { ProviderEvents, type Provider } from "@openfeature/server-sdk";

/** What each event says of the provider; null where it says that all is well. */
const COMPLAINTS = [
  [ProviderEvents.Ready, null],
  [ProviderEvents.ConfigurationChanged, null],
  [ProviderEvents.Stale, "the provider says that it is stale"],
  [ProviderEvents.Error, "the provider says that it fails"],
] as const;

/** Listens to a provider, if it has events at all; the result ends that. */
export function listenTo({ events }: Provider, onEvent: (complaint: string | null) => void): () => void {
  const handlers = COMPLAINTS.map(([event, complaint]) => {
    const handler = (details?: { readonly message?: string }) => {
      const said = details?.message === undefined ? "" : `: ${details.message}`;
      onEvent(complaint === null ? null : complaint + said);
    };
    events?.addHandler(event, handler);
    return { event, handler };
  });
  return () => {
    for (const { event, handler } of handlers) events?.removeHandler(event, handler);
  };
}
