package import BQLColumnar
package import BQLJSON

/// Describes something of a store that is no log: a table, an attribute, a segment, a model.
///
/// The store knows the files and keeps what is said of them; what that means is its caller's.
package struct StoredItem: Hashable, Sendable {
  /// Says what an item is.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A plain table or a named result.
    case table
    /// A value a user of a log.
    case attribute
    case segment
    case model
  }

  /// Tells an item from the others: its name counts without regard to case.
  package struct Key: Hashable, Sendable {
    package let kind: Kind
    package let name: String

    package init(_ kind: Kind, _ name: String) {
      self.kind = kind
      self.name = name.lowercased()
    }
  }

  /// Names a file by what it holds of the item.
  package struct Part: Hashable, Sendable {
    package let name: String
    package let file: StoredFile
    /// Rows of a table; nil for a document.
    package let rowCount: Int?
  }

  package let kind: Kind
  package let name: String
  /// The number of the change that made the content what it is.
  package let generation: Int
  package let about: JSONValue
  package let parts: [Part]

  package var key: Key { Key(kind, name) }
}

/// Holds what is to be stored as an item.
package struct ItemContent: Sendable {
  /// Holds what a file is made of.
  package enum Part: Sendable {
    /// Rows, in an Arrow file.
    case relation(Relation)
    /// Bytes as they are, of JSON.
    case document([UInt8])
  }

  package let kind: StoredItem.Kind
  package let name: String
  package let about: JSONValue
  /// By their names, which are told apart.
  package let parts: [(name: String, content: Part)]
  /// The number of the change that made the content, where that is not this one: only what is said of
  /// it, or how it is stored, is new.
  package let generation: Int?

  package init(
    _ kind: StoredItem.Kind,
    _ name: String,
    about: JSONValue,
    parts: [(name: String, content: Part)],
    generation: Int? = nil
  ) {
    self.kind = kind
    self.name = name
    self.about = about
    self.parts = parts
    self.generation = generation
  }

  package var key: StoredItem.Key { StoredItem.Key(kind, name) }
}
