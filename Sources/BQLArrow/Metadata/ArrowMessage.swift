/// Frames what Arrow's metadata say of one message.
enum ArrowMessage {
  /// The version of the metadata, V5: since Arrow 1.0.
  static let version: Int16 = 4
  /// V4, which Arrow 0.8 to 0.17 wrote: the same but for unions.
  static let oldVersion: Int16 = 3

  /// What a message holds; the raw value is Arrow's own.
  enum Kind: UInt8 {
    case schema = 1
    case dictionaryBatch = 2
    case recordBatch = 3
  }

  /// Returns the table `Message`.
  static func bytes(_ kind: Kind, _ header: FlatTable, bodyByteCount: Int) -> [UInt8] {
    FlatWriter.bytes(
      of: FlatTable([
        (0, .short(version)),
        (1, .byte(kind.rawValue)),
        (2, .table(header)),
        (3, .long(Int64(bodyByteCount))),
      ])
    )
  }
}
