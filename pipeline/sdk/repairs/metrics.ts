/**
 * Metrics of the SDK: a counter kept its value from bundle to bundle, so a runner that adds bundles up counts elements many times over.
 * And since integers are exact (int64.ts), a sum beyond 2 ** 53 or an update by a fraction would fail the bundle that reports it.
 */
import { MetricsContainer } from "apache-beam/worker/metrics";

MetricsContainer.prototype.reset = function (this: MetricsContainer) {
  for (const cell of this.metrics.values()) {
    cell.reset();
    cell.value.reset();
  }
};

/** A metric is reported as whole numbers of 64 bits, as near as they come. */
function whole(value: number): number | bigint {
  if (Number.isSafeInteger(value)) return value;
  if (Number.isNaN(value)) return 0;
  if (Math.abs(value) < 2 ** 53) return Math.round(value);
  if (Math.abs(value) < 2 ** 63) return BigInt(value);
  return value > 0 ? 2n ** 63n - 1n : -(2n ** 63n);
}

/** The SDK keeps the classes of its metrics to itself; their prototypes can be had from an instance. */
interface Metric {
  payload(): Uint8Array;
}

function reportWhole(metricType: string, fields: readonly string[]): void {
  const metric = new MetricsContainer().getMetric(undefined, undefined, { metricType, name: "" }).value;
  const prototype = Object.getPrototypeOf(metric) as Metric;
  const payload = prototype.payload;
  prototype.payload = function (this: Metric & Record<string, number>) {
    const report: Record<string, unknown> = { ...this };
    for (const field of fields) report[field] = whole(this[field]!);
    return payload.call(report as unknown as Metric);
  };
}

reportWhole("beam:metric:user:sum_int64:v1", ["value"]);
reportWhole("beam:metric:user:distribution_int64:v1", ["count", "sum", "min", "max"]);
