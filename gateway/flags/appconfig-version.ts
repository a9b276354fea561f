/** A version in AppConfig's own store, deployed or not. */
export interface StoredVersion {
  readonly number: number;
  /** Whose it is and why; null where nobody wrote that. */
  readonly description: string | null;
}

interface Listed {
  readonly VersionNumber?: number | undefined;
  readonly Description?: string | undefined;
}

/** The newest of a list; null when it is empty. Reads no further than it must. */
export async function newestOf(pages: AsyncIterable<readonly Listed[]>): Promise<StoredVersion | null> {
  let newest: StoredVersion | null = null;
  for await (const page of pages) {
    for (const { VersionNumber: number = 0, Description: description = null } of page) {
      if (number > (newest?.number ?? 0)) newest = { number, description };
    }
    // The first page is enough when the newest come first, which no page of AWS's documentation promises.
    if ((page[0]?.VersionNumber ?? 0) > (page.at(-1)?.VersionNumber ?? 0)) break;
  }
  return newest;
}
