// Loaded before the pipeline: writes what V8 says of its heap, which /proc does not know. It is text of numbers alone.
const { renameSync, writeFileSync } = require("node:fs");

const file = process.env.SOAK_HEAP_FILE;
if (file) {
  const write = () => {
    writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
    renameSync(`${file}.new`, file);
  };
  setInterval(write, 5000).unref();
}
