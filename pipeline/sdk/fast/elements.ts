/**
 * The messages of the data channel as bytes, `Elements` of Beam's beam_fn_api.proto: a sink writes its elements into one buffer and this
 * around them, so that nothing is copied or made an object on the way to gRPC.
 */
import { FlatWriter } from "./flat-writer";

/** `length << 3 | 2` of Protocol Buffers. */
const [DATA_OF_ELEMENTS, INSTRUCTION_ID, TRANSFORM_ID, DATA] = [0x0a, 0x0a, 0x12, 0x1a];
const IS_LAST = Buffer.of(0x20, 1);

/** More than the tags and lengths that `headOf` puts before and behind the names. */
export const MOST_HEAD = 16;

/** Whose data it is, the first two fields of `Elements.Data`. */
export function namesOf(instructionId: string, transformId: string): Buffer {
  const writer = new FlatWriter(0, 256);
  writer.byte(INSTRUCTION_ID);
  writer.string(instructionId);
  writer.byte(TRANSFORM_ID);
  writer.string(transformId);
  return writer.finish();
}

/** What stands before `length` bytes of elements. */
export function headOf(names: Buffer, length: number): Buffer {
  const data = new FlatWriter(0, MOST_HEAD + names.length);
  data.raw(names);
  data.byte(DATA);
  data.uint32(length);
  const writer = new FlatWriter(0, MOST_HEAD + data.len);
  writer.byte(DATA_OF_ELEMENTS);
  writer.uint32(data.len + length);
  writer.raw(data.finish());
  return writer.finish();
}

/** Says that this was all; may follow elements in the same message. */
export function lastOf(names: Buffer): Buffer {
  const writer = new FlatWriter(0, MOST_HEAD + names.length);
  writer.byte(DATA_OF_ELEMENTS);
  writer.bytes(Buffer.concat([names, IS_LAST]));
  return writer.finish();
}
