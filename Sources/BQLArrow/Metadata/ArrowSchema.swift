/// Lists the columns of Arrow data in order, with what their writer noted about the whole.
package struct ArrowSchema: Hashable, Sendable {
  package var fields: [ArrowField]
  /// Free notes; keys may repeat.
  package var metadata: [ArrowNote]

  package init(_ fields: [ArrowField], metadata: [ArrowNote] = []) {
    self.fields = fields
    self.metadata = metadata
  }
}

/// Names and types one column.
package struct ArrowField: Hashable, Sendable {
  package var name: String
  /// The type of the values; of a dictionary-encoded column that of its dictionary's entries.
  package var type: ArrowType
  package var isNullable: Bool
  /// Says that the column holds places in a dictionary.
  package var dictionary: ArrowDictionaryEncoding?
  package var metadata: [ArrowNote]

  package init(
    _ name: String,
    _ type: ArrowType,
    isNullable: Bool = true,
    dictionary: ArrowDictionaryEncoding? = nil,
    metadata: [ArrowNote] = []
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.dictionary = dictionary
    self.metadata = metadata
  }

  /// The type of what the column's own buffers hold: places in the dictionary, or the values.
  package var storedType: ArrowType {
    dictionary.map { .int(bits: $0.indexBits, isSigned: $0.isSigned) } ?? type
  }
}

/// Says how a column's places in its dictionary are stored.
package struct ArrowDictionaryEncoding: Hashable, Sendable {
  /// What the dictionary's batches are told apart by; columns may share one.
  package var id: Int64
  /// 8, 16, 32 or 64.
  package var indexBits: Int
  package var isSigned: Bool
  /// Whether the order of the entries means something.
  package var isOrdered: Bool

  package init(id: Int64, indexBits: Int = 32, isSigned: Bool = true, isOrdered: Bool = false) {
    self.id = id
    self.indexBits = indexBits
    self.isSigned = isSigned
    self.isOrdered = isOrdered
  }
}

/// Holds one note of a writer's: `custom_metadata` of a schema, a field or a file.
package struct ArrowNote: Hashable, Sendable {
  package var key: String
  package var value: String

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}
