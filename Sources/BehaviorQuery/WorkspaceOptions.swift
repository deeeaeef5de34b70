import BQLColumnar
import BQLPlanning

/// Sets what a workspace may use.
public struct WorkspaceOptions: Sendable {
  /// Worker threads, at least 1; results do not depend on it.
  public var threads: Int
  /// Rows of a chunk between operators; results do not depend on it (floats: to 1e-12).
  public var chunkCapacity: Int
  /// Bytes that the operators of one statement may hold, beside the tables.
  ///
  /// nil: four fifths of the machine's memory. `SET memory` changes it.
  public var memoryBytes: Int?
  /// Values of `:name` given on the command line; they override `SET PARAM`.
  public var parameters: [String: String]

  /// Makes options; without `threads`, one a processor.
  public init(
    threads: Int? = nil,
    chunkCapacity: Int = 4_096,
    memoryBytes: Int? = nil,
    parameters: [String: String] = [:]
  ) {
    self.memoryBytes = memoryBytes
    self.threads = threads ?? ParallelWork.availableThreads
    self.chunkCapacity = chunkCapacity
    self.parameters = parameters
  }

  /// Reads an amount of memory such as `2GB`; nil where the text is none.
  public static func byteCount(_ text: String) -> Int? { ByteSize.parse(text) }
}
