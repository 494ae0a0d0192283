/** What Pub/Sub delivers. `google.pubsub.v1.PubsubMessage`, in this process' types. */
export interface Message {
  /** The content, byte for byte as it was published. */
  readonly data: Uint8Array;
  /** Keys and values as the publisher gave them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The server's id, unique in its topic: what every count and every duplicate is told by. */
  readonly messageId: string;
  /** RFC 3339 in UTC, with up to nine fractional digits: `2024-02-29T12:00:00.123456Z`. */
  readonly publishTime: string;
  /** Empty where messages are not ordered. */
  readonly orderingKey: string;
}
