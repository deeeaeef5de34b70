/// Writes a new file of a store and computes its checksum on the way.
final class StoreFileSink {
  private let folder: StoreFolder
  private let name: String
  private let descriptor: Int32
  private var checksum = Checksum()
  private var byteCount = 0
  private var pending: [UInt8] = []
  private static let capacity = 1 << 18

  init(_ name: String, in folder: StoreFolder) throws(StoreError) {
    self.folder = folder
    self.name = name
    descriptor = try folder.create(name)
  }

  func append(_ bytes: Span<UInt8>) throws(StoreError) {
    checksum.update(bytes)
    byteCount += bytes.count
    if pending.count + bytes.count > Self.capacity { try flush() }
    if bytes.count > Self.capacity {
      return try StoreFolder.write(bytes, to: descriptor, named: folder.path(of: name))
    }
    // The pointer is read inside the closure only.
    unsafe bytes.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
  }

  private func flush() throws(StoreError) {
    let bytes = pending
    try StoreFolder.write(bytes.span, to: descriptor, named: folder.path(of: name))
    pending.removeAll(keepingCapacity: true)
  }

  /// Puts the file on the disk and closes it; the last call of all.
  func finish() throws(StoreError) -> StoredLog.File {
    try flush()
    try folder.finish(descriptor, named: name)
    return StoredLog.File(name: name, byteCount: byteCount, checksum: checksum.value)
  }
}
