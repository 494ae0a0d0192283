/** What is written to standard output and standard error meanwhile. */
export async function outputOf(work: () => Promise<void>): Promise<string> {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  let said = "";
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array) => {
      said += chunk;
      return true;
    };
  }
  try {
    await work();
  } finally {
    streams.forEach((stream, index) => {
      stream.write = writes[index]!;
    });
  }
  return said;
}
