/** The SDK looked a counter up by a text that it put together for every update. One bundle's provider finds it once. */
import type { Metric } from "apache-beam/transforms/pardo";
import { ParamProviderImpl } from "apache-beam/worker/pardo_context";

interface Provider {
  readonly metricsContainer: { getMetric(transform: string, collection: undefined, spec: Metric<unknown>): Cell };
  readonly transformId: string;
}

interface Cell {
  update(value: number): void;
}

const found = new WeakMap<object, Map<object, Cell>>();

const update = ParamProviderImpl.prototype.update;
ParamProviderImpl.prototype.update = function (this: ParamProviderImpl, param: Metric<unknown>, value: number) {
  if (param.parDoParamName !== "metric") return update.call(this, param as never, value as never);
  cellOf(this as unknown as Provider, param).update(value);
} as typeof update;

function cellOf(provider: Provider, param: Metric<unknown>): Cell {
  const cells = found.get(provider) ?? new Map<object, Cell>();
  found.set(provider, cells);
  const cell = cells.get(param) ?? provider.metricsContainer.getMetric(provider.transformId, undefined, param);
  cells.set(param, cell);
  return cell;
}
