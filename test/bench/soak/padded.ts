/** A generated message made longer: its address, which may be of any length. */
const FIELD = Buffer.from('"address":"');

/** Of `bytes` bytes; as it is where it has so many. Throws RangeError where it has no address. */
export function padded(message: Uint8Array, bytes: number): Uint8Array {
  if (message.length >= bytes) return message;
  const data = Buffer.from(message.buffer, message.byteOffset, message.length);
  const at = data.indexOf(FIELD);
  if (at < 0) throw new RangeError("this message has no address to be made longer");
  const from = at + FIELD.length;
  return Buffer.concat([data.subarray(0, from), Buffer.alloc(bytes - data.length, "Long Lane "), data.subarray(from)]);
}
