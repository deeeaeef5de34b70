import BQLModels

extension ExecutionContext {
  /// Stops a model's computation once the statement was cancelled.
  var interruption: Interruption {
    Interruption { [cancellation] in cancellation.isCancelled }
  }
}
