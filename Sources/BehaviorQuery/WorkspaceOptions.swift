import BQLColumnar

/// Sets what a workspace may use.
public struct WorkspaceOptions: Sendable {
  /// Worker threads, at least 1; results do not depend on it.
  public var threads: Int
  /// Rows of a chunk between operators; results do not depend on it (floats: to 1e-12).
  public var chunkCapacity: Int
  /// Values of `:name` given on the command line; they override `SET PARAM`.
  public var parameters: [String: String]

  /// Makes options; without `threads`, one a processor.
  public init(threads: Int? = nil, chunkCapacity: Int = 4_096, parameters: [String: String] = [:]) {
    self.threads = threads ?? ParallelWork.availableThreads
    self.chunkCapacity = chunkCapacity
    self.parameters = parameters
  }
}
