import type { Writable } from "node:stream";

const NEWLINE = Buffer.from("\n");

/**
 * Writes batches of messages, one a line, as fast as the stream takes them; answers how many. Ends quietly where whoever
 * read them has gone, as `head` does.
 */
export async function writeLines(
  batches: AsyncIterable<readonly Uint8Array[]>,
  stream: Writable,
  onWritten: (messages: number) => void,
): Promise<number> {
  const ignore = () => {};
  // An error is told to the write that met it, and to nobody else.
  stream.on("error", ignore);
  let written = 0;
  try {
    for await (const batch of batches) {
      await write(stream, Buffer.concat(batch.flatMap((message) => [message, NEWLINE])));
      written += batch.length;
      onWritten(batch.length);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  } finally {
    stream.off("error", ignore);
  }
  return written;
}

const write = (stream: Writable, bytes: Uint8Array) =>
  new Promise<void>((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
