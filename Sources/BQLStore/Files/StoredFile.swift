import BQLColumnar
import BQLStorage

/// Describes a file of a store: its size, and the checksum of all of it.
package struct StoredFile: Hashable, Sendable {
  package var name: String
  package var byteCount: Int
  package var checksum: UInt64
  /// What the parts of a partition's file have to be when they are read; nil for other files.
  package var parts: PartChecksums?

  init(name: String, byteCount: Int, checksum: UInt64, parts: PartChecksums? = nil) {
    self.name = name
    self.byteCount = byteCount
    self.checksum = checksum
    self.parts = parts
  }

  /// Holds the checksums of what is read at a time of a partition's file.
  package struct PartChecksums: Hashable, Sendable {
    /// Of all that says where and what the columns are.
    package var metadata: UInt64
    /// Of what says which rows have a value, of all columns.
    package var validity: UInt64
    /// Of the values, by column.
    package var columns: [UInt64]
    /// Of the dictionaries, in the order of the columns that have one.
    package var dictionaries: [UInt64]
  }
}

extension StoredFile {
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

  /// What is wrong with the file, all of which is read; nil where nothing is.
  func damage(in folder: StoreFolder) -> String? {
    do throws(StoreError) {
      let region = try mapped(in: folder)
      let found = MemorySlice(region).withBytes { Checksum.of($0) }
      if found == checksum { return nil }
      return "its checksum is \(found.hexadecimal) and was \(checksum.hexadecimal)"
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
