/**
 * Where elements come into a worker: as the SDK's source does it, and asks the clock for every sixteenth element only. Splits are the
 * SDK's: it goes on to the last element that is still its own and leaves the rest unread.
 */
import { setImmediate } from "node:timers/promises";
import { dirname } from "node:path";
import { Context } from "apache-beam/coders/coders";
import { loggingLocalStorage } from "apache-beam/worker/logging";
import { DataSourceOperator, NonPromise, registerOperator } from "apache-beam/worker/operators";

/** The SDK's own copy of protobufjs: its coders read by it. */
const { Reader } = require(require.resolve("protobufjs", { paths: [dirname(require.resolve("apache-beam"))] })) as {
  Reader: new (bytes: Uint8Array) => { pos: number; readonly len: number };
};

/** Splits and other bundles get their turn that often while a long message is worked on. */
const TURN_MS = 100;

class Source extends DataSourceOperator {
  override async startBundle(): Promise<void> {
    this.lastProcessedElement = -1;
    this.lastToProcessElement = Number.POSITIVE_INFINITY;
    this.started = true;
    let ended!: { resolve: () => void; reject: (error: unknown) => void };
    this.endOfData = new Promise((resolve, reject) => {
      ended = { resolve, reject };
    });
    // It is awaited only when the sources before it have ended: until then its failure would be an unhandled rejection.
    this.endOfData.catch(() => {});
    await this.multiplexingDataChannel.registerConsumer(this.getBundleId(), this.transformId, {
      sendData: (data) => this.read(data),
      sendTimers: () => Promise.reject(new Error("timers are not supported")),
      close: ended.resolve,
      onError: ended.reject,
    });
  }

  private async read(data: Uint8Array): Promise<void> {
    this.loggingStageInfo.transformId = this.transformId;
    loggingLocalStorage.enterWith(this.loggingStageInfo);
    const { coder, receiver } = this;
    const reader = new Reader(data);
    let turn = Date.now();
    while (reader.pos < reader.len && this.lastProcessedElement < this.lastToProcessElement) {
      this.lastProcessedElement += 1;
      const later = receiver.receive(coder.decode(reader as never, Context.needsDelimiters));
      if (later !== NonPromise) await later;
      if ((this.lastProcessedElement & 15) === 0 && Date.now() - turn > TURN_MS) {
        await setImmediate();
        turn = Date.now();
      }
    }
  }
}

registerOperator("beam:runner:source:v1", Source);
