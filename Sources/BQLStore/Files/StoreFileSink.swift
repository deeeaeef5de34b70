import BQLArrow

/// Writes a new file of a store and computes its checksum on the way.
final class StoreFileSink {
  private let folder: StoreFolder
  private let name: String
  private let descriptor: Int32
  private let sink: ArrowDescriptorSink
  private var checksum = Checksum()
  private var byteCount = 0

  init(_ name: String, in folder: StoreFolder) throws(StoreError) {
    self.folder = folder
    self.name = name
    descriptor = try folder.create(name)
    sink = ArrowDescriptorSink(descriptor: descriptor)
  }

  func append(_ bytes: Span<UInt8>) throws(StoreError) {
    checksum.update(bytes)
    byteCount += bytes.count
    do throws(ArrowError) {
      try sink.append(bytes)
    } catch {
      throw StoreError(writing: folder.path(of: name), error)
    }
  }

  /// Puts the file on the disk, if it is to last, and closes it; the last call of all.
  func finish(isLasting: Bool = true) throws(StoreError) -> StoredFile {
    do throws(ArrowError) {
      try sink.flush()
    } catch {
      throw StoreError(writing: folder.path(of: name), error)
    }
    try folder.finish(descriptor, named: name, isLasting: isLasting)
    return StoredFile(name: name, byteCount: byteCount, checksum: checksum.value)
  }
}
