import BQLColumnar

/// Finds out whether a log's files hold the bytes that were written.
struct StoredLogCheck: Sendable {
  let stored: StoredLog
  let folder: StoreFolder

  /// Compares the size and the checksum of every file and returns what is wrong with each.
  func damages(
    threads: Int,
    isCancelled: @Sendable () -> Bool
  ) throws(StoreError) -> [(file: StoredLog.File, reason: String?)] {
    let reasons = try ParallelWork.map(
      count: stored.files.count,
      threads: threads
    ) { (index) throws(StoreError) -> String? in
      if isCancelled() { throw .cancelled }
      return damage(stored.files[index])
    }
    return Array(zip(stored.files, reasons)).map { (file: $0, reason: $1) }
  }

  private func damage(_ file: StoredLog.File) -> String? {
    do throws(StoreError) {
      let region = try file.mapped(in: folder)
      let found = MemorySlice(region).withBytes { Checksum.of($0) }
      if found == file.checksum { return nil }
      return "its checksum is \(found.hexadecimal) and was \(file.checksum.hexadecimal)"
    } catch {
      return switch error {
      case .damaged(_, let reason): reason
      case .system(let action, _, let code):
        "cannot \(action) it: \(MappingError(code: code).reason)"
      default: "it cannot be read"
      }
    }
  }
}

extension StoredLog.File {
  /// Maps the file, which must have the size that it was written with.
  func mapped(in folder: StoreFolder) throws(StoreError) -> MemoryRegion {
    let path = folder.path(of: name)
    let region: MemoryRegion
    do throws(MappingError) {
      region = try MemoryRegion(mappingFileAt: path)
    } catch {
      throw .system(action: "open", file: path, code: error.code)
    }
    guard region.byteCount == byteCount else {
      throw .damaged(
        file: path,
        reason: "it has \(region.byteCount) bytes and was written with \(byteCount)"
      )
    }
    return region
  }
}
