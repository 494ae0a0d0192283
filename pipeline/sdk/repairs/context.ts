/**
 * The SDK hands a step a copy of its context that is new in every bundle, even where it has no parameter to bind to the bundle. What a
 * step had worked out for its settings, such as a compiled parser, was worked out again for each; and a context of null was an error.
 */
import { ParamProviderImpl } from "apache-beam/worker/pardo_context";

const augmentContext = ParamProviderImpl.prototype.augmentContext;
ParamProviderImpl.prototype.augmentContext = function (this: ParamProviderImpl, context: unknown) {
  if (hasParameters(context)) return augmentContext.call(this, context);
  this.prefetchCallbacks = [];
  return context;
};

function hasParameters(context: unknown): boolean {
  if (typeof context !== "object" || context === null) return false;
  return Object.values(context).some((value) => (value as { parDoParamName?: string } | null)?.parDoParamName);
}
