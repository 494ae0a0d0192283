/** What one request to a service takes at most. */
export interface RequestLimits {
  readonly items: number;
  readonly bytes: number;
}

/** Divides items, in their order, into requests within the limits; an item that is larger by itself has one of its own. */
export function requestsOf<T>(items: readonly T[], sizeOf: (item: T) => number, most: RequestLimits): T[][] {
  const requests: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = sizeOf(item);
    if (bytes + size > most.bytes || requests.at(-1)!.length === most.items) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)!.push(item);
    bytes += size;
  }
  return requests;
}
