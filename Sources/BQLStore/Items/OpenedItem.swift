import BQLArrow
package import BQLColumnar
import BQLStorage

/// Lends the files of an item, which stay readable while others change the store.
package struct OpenedItem: Sendable {
  package let item: StoredItem
  private let folder: StoreFolder
  /// By the parts' names; a file that is not there or has another size is its error.
  private let regions: [String: Result<MemoryRegion, StoreError>]

  /// Maps the files.
  init(_ item: StoredItem, in folder: StoreFolder) {
    self.item = item
    self.folder = folder
    var regions: [String: Result<MemoryRegion, StoreError>] = [:]
    for part in item.parts {
      do throws(StoreError) {
        regions[part.name] = .success(try part.file.mapped(in: folder))
      } catch {
        regions[part.name] = .failure(error)
      }
    }
    self.regions = regions
  }

  /// Whether all files are there, in their sizes.
  var isWhole: Bool { regions.values.allSatisfy { (try? $0.get()) != nil } }

  /// Whether it has a part of the name.
  package func has(_ part: String) -> Bool { regions[part] != nil }

  /// Reads a part that holds rows, once its checksum is found to be right.
  ///
  /// - Throws: ``StoreError/damaged(file:reason:)`` for what is not as it was written, or not there.
  package func relation(_ part: String) throws(StoreError) -> Relation {
    let (file, region) = try sound(part)
    do throws(ArrowError) {
      return try ArrowReader(region).relation().relation
    } catch {
      throw .damaged(file: folder.path(of: file.name), reason: error.reason)
    }
  }

  /// Reads a part that holds bytes, once its checksum is found to be right.
  ///
  /// - Throws: As ``relation(_:)``.
  package func document(_ part: String) throws(StoreError) -> [UInt8] {
    MemorySlice(try sound(part).region).bytes
  }

  /// Says that what is read makes no sense; `reason` completes "the file is damaged:".
  package func damaged(_ reason: String) -> StoreError {
    let file = item.parts.first?.file.name ?? StoreManifest.fileName
    return .damaged(file: folder.path(of: file), reason: "\(item.name): \(reason)")
  }

  private func sound(_ part: String) throws(StoreError) -> (file: StoredFile, region: MemoryRegion)
  {
    guard let file = item.parts.first(where: { $0.name == part })?.file, let mapped = regions[part]
    else { throw damaged("its part '\(part)' is missing") }
    let region = try mapped.get()
    guard MemorySlice(region).withBytes({ Checksum.of($0) }) == file.checksum else {
      throw .damaged(
        file: folder.path(of: file.name),
        reason: "its checksum is not the one that it was written with"
      )
    }
    return (file, region)
  }
}
