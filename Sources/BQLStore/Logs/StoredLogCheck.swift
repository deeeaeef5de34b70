import BQLColumnar
import Synchronization

/// Finds out whether a log's files hold the bytes that were written, once, before they are read.
package final class StoredLogCheck: Sendable {
  private let files: [StoredLog.File]
  private let regions: [MemoryRegion]
  private let folder: StoreFolder
  private let isSound = Atomic<Bool>(false)

  init(_ reader: LogReader) {
    files = reader.stored.files
    regions = reader.regions
    folder = reader.folder
  }

  /// Reads all bytes and compares their checksums, unless that was done before.
  ///
  /// - Throws: ``StoreError/damaged(file:reason:)`` with the first file that differs.
  package func run(
    threads: Int,
    isCancelled: @Sendable () -> Bool
  ) throws(StoreError) {
    if isSound.load(ordering: .acquiring) { return }
    try ParallelWork.forEach(count: files.count, threads: threads) { (index) throws(StoreError) in
      if isCancelled() { throw .cancelled }
      if let error = damage(index) { throw error }
    }
    isSound.store(true, ordering: .releasing)
  }

  /// Compares the checksum of every file, whatever was found before, and returns what is wrong with
  /// each.
  package func damages(
    threads: Int,
    isCancelled: @Sendable () -> Bool
  ) throws(StoreError) -> [(file: StoredLog.File, reason: String?)] {
    let reasons = try ParallelWork.map(
      count: files.count,
      threads: threads
    ) { (index) throws(StoreError) -> String? in
      if isCancelled() { throw .cancelled }
      guard case .damaged(_, let reason) = damage(index) else { return nil }
      return reason
    }
    return Array(zip(files, reasons)).map { (file: $0, reason: $1) }
  }

  private func damage(_ index: Int) -> StoreError? {
    let found = MemorySlice(regions[index]).withBytes { Checksum.of($0) }
    guard found != files[index].checksum else { return nil }
    return .damaged(
      file: folder.path(of: files[index].name),
      reason: "its checksum is \(StoredLog.hexadecimal(found)) and was "
        + StoredLog.hexadecimal(files[index].checksum)
    )
  }
}
