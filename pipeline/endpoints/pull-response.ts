/**
 * Reads `google.pubsub.v1.PullResponse` and `PubsubMessage`, and writes `AcknowledgeRequest` on the wire, without an object a field: on the way from
 * a backlog to rows the general decoder costs more than all that the pipeline does with a message.
 * Field numbers: google/pubsub/v1/pubsub.proto. Encoding: protobuf.dev, Encoding.
 */
import type { Message } from "../../transforms/message";

/** One received message. Its bytes are views of the response; what is seldom asked for is made when it is. */
export class PulledMessage implements Message {
  data: Uint8Array = NO_BYTES;
  attributes: Record<string, string> = NO_ATTRIBUTES;
  messageId = "";
  orderingKey = "";
  publishSeconds = 0;
  publishNanos = 0;
  /** The acknowledgement id, to be sent back as it came. */
  ackId: Uint8Array = NO_BYTES;

  get publishTime(): string {
    const seconds = new Date(this.publishSeconds * 1000).toISOString().slice(0, 19);
    if (this.publishNanos === 0) return `${seconds}Z`;
    return `${seconds}.${String(this.publishNanos)
      .padStart(9, "0")
      .replace(/(?:000){1,2}$/, "")}Z`;
  }
}

const NO_ATTRIBUTES: Record<string, string> = Object.freeze({}) as Record<string, string>;
const NO_BYTES = new Uint8Array(0);

/** The messages of a PullResponse. Throws RangeError where the bytes are none. */
export function decodePullResponse(bytes: Buffer): PulledMessage[] {
  const wire = new Wire(bytes);
  const messages: PulledMessage[] = [];
  wire.fields(bytes.length, (tag) => {
    if (tag !== RECEIVED_MESSAGES) return false;
    const message = new PulledMessage();
    wire.fields(wire.delimited(), (inner) => receivedMessage(wire, inner, message));
    messages.push(message);
    return true;
  });
  return messages;
}

/** A serialised PubsubMessage, as a service's own read gives it. Throws RangeError where the bytes are none. */
export function decodePubsubMessage(bytes: Uint8Array): PulledMessage {
  const wire = new Wire(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const message = new PulledMessage();
  wire.fields(bytes.length, (tag) => pubsubMessage(wire, tag, message));
  return message;
}

/** A tag is the field's number and its wire type; all of these are length-delimited (2), but for Timestamp's varints (0). */
const RECEIVED_MESSAGES = (1 << 3) | 2;

function receivedMessage(wire: Wire, tag: number, message: PulledMessage): boolean {
  if (tag === ((1 << 3) | 2)) message.ackId = wire.view();
  else if (tag === ((2 << 3) | 2)) wire.fields(wire.delimited(), (inner) => pubsubMessage(wire, inner, message));
  else return false;
  return true;
}

function pubsubMessage(wire: Wire, tag: number, message: PulledMessage): boolean {
  if (tag === ((1 << 3) | 2)) message.data = wire.view();
  else if (tag === ((2 << 3) | 2)) attribute(wire, message);
  else if (tag === ((3 << 3) | 2)) message.messageId = wire.text();
  else if (tag === ((4 << 3) | 2)) wire.fields(wire.delimited(), (inner) => timestamp(wire, inner, message));
  else if (tag === ((5 << 3) | 2)) message.orderingKey = wire.text();
  else return false;
  return true;
}

function attribute(wire: Wire, message: PulledMessage): void {
  let key = "";
  let value = "";
  wire.fields(wire.delimited(), (tag) => {
    if (tag === ((1 << 3) | 2)) key = wire.text();
    else if (tag === ((2 << 3) | 2)) value = wire.text();
    else return false;
    return true;
  });
  // Without a prototype: a publisher may call an attribute `__proto__`.
  if (message.attributes === NO_ATTRIBUTES) message.attributes = Object.create(null) as Record<string, string>;
  message.attributes[key] = value;
}

function timestamp(wire: Wire, tag: number, message: PulledMessage): boolean {
  if (tag === 1 << 3) message.publishSeconds = wire.varint();
  else if (tag === 2 << 3) message.publishNanos = wire.varint();
  else return false;
  return true;
}

/** A cursor over protobuf's wire format. */
class Wire {
  private pos = 0;
  constructor(private readonly bytes: Buffer) {}

  /** Reads fields up to `end`; `take` answers false for a field that it did not read, which is skipped. */
  fields(end: number, take: (tag: number) => boolean): void {
    while (this.pos < end) {
      const tag = this.varint();
      if (!take(tag)) this.skip(tag & 7);
    }
    if (this.pos !== end) throw new RangeError("a field ends behind its message");
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.bytes[this.pos++];
      if (byte === undefined) throw new RangeError("the bytes end inside a number");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new RangeError("a number of more than ten bytes");
  }

  /** The end of the length-delimited field that begins here; the cursor stands on its content. */
  delimited(): number {
    const length = this.varint();
    if (this.pos + length > this.bytes.length) throw new RangeError("the bytes end inside a field");
    return this.pos + length;
  }

  view(): Uint8Array {
    const end = this.delimited();
    const content = this.bytes.subarray(this.pos, end);
    this.pos = end;
    return content;
  }

  text(): string {
    const end = this.delimited();
    const content = this.bytes.toString("utf8", this.pos, end);
    this.pos = end;
    return content;
  }

  private skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.pos += 8;
    else if (wireType === 2) this.pos = this.delimited();
    else if (wireType === 5) this.pos += 4;
    else throw new RangeError("a wire type that proto3 does not have");
  }
}

/** `AcknowledgeRequest`: subscription = 1, ack_ids = 2. `ModifyAckDeadlineRequest` differs: see `encodeModifyAckDeadline`. */
export function encodeAcknowledge(subscription: string, messages: readonly PulledMessage[]): Buffer {
  return encodeAckIds(subscription, 2, messages, []);
}

/** `ModifyAckDeadlineRequest`: subscription = 1, ack_deadline_seconds = 3, ack_ids = 4. Seconds 0 to 600; 0 lets the messages come again. */
export function encodeModifyAckDeadline(
  subscription: string,
  messages: readonly PulledMessage[],
  seconds: number,
): Buffer {
  return encodeAckIds(subscription, 4, messages, [3 << 3, ...varint(seconds)]);
}

function encodeAckIds(
  subscription: string,
  field: number,
  messages: readonly PulledMessage[],
  extra: readonly number[],
): Buffer {
  const name = Buffer.from(subscription);
  const parts: Uint8Array[] = [Uint8Array.from([(1 << 3) | 2, ...varint(name.length)]), name, Uint8Array.from(extra)];
  for (const message of messages) {
    parts.push(Uint8Array.from([(field << 3) | 2, ...varint(message.ackId.length)]), message.ackId);
  }
  return Buffer.concat(parts);
}

/** `PullRequest`: subscription = 1, max_messages = 3. */
export function encodePull(subscription: string, most: number): Buffer {
  const name = Buffer.from(subscription);
  return Buffer.concat([
    Uint8Array.from([(1 << 3) | 2, ...varint(name.length)]),
    name,
    Uint8Array.from([3 << 3, ...varint(most)]),
  ]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}
