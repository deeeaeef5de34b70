package import BQLStorage

/// Says why a store could not be read or written, as plain values.
package enum StoreError: Error, Hashable, Sendable {
  /// The path is something else than a store: a file, or a folder of other things.
  case notAStore(path: String, reason: String)
  /// A later version of the program wrote it.
  case newer(path: String, version: Int)
  /// A file is missing, was cut off or changed; `reason` completes "the file is damaged:".
  case damaged(file: String, reason: String)
  /// Another process writes to it; its number where the lock tells.
  case locked(path: String, process: Int?)
  /// Another process has changed it since it was opened, so that a change could undo what it did.
  case changed(path: String)
  /// Rows cannot join those of a log.
  case unfit(log: String, MergeError)
  /// The system refused: what was to be done, to which file, and its error number.
  case system(action: String, file: String, code: Int32)
  /// Whoever asked does not want it any more.
  case cancelled
}
