import BQLArrow
import BQLColumnar

/// What a store holds beside logs.
extension Store {
  /// Finds an item.
  package func item(_ key: StoredItem.Key) -> StoredItem? {
    manifest.items.first { $0.key == key }
  }

  /// Replaces or adds items and forgets others, all in one change; nothing is no change.
  package func put(
    _ contents: [ItemContent],
    forgetting gone: Set<StoredItem.Key> = [],
    _ options: Options
  ) throws(StoreError) {
    let present = gone.filter { item($0) != nil }
    guard !contents.isEmpty || !present.isEmpty else { return }
    try beginChange()
    var changed = manifest
    changed.generation += 1
    changed.items.removeAll { present.contains($0.key) }
    do throws(StoreError) {
      var number = 0
      for content in contents {
        if options.isCancelled() { throw .cancelled }
        let item = try write(content, generation: changed.generation, &number)
        if let place = changed.items.firstIndex(where: { $0.key == item.key }) {
          changed.items[place] = item
        } else {
          changed.items.append(item)
        }
      }
    } catch {
      removeStrays()
      throw error
    }
    try commit(changed)
  }

  private func write(
    _ content: ItemContent,
    generation: Int,
    _ number: inout Int
  ) throws(StoreError) -> StoredItem {
    var parts: [StoredItem.Part] = []
    for (name, part) in content.parts {
      let stem = StoreFileName.item(generation, number)
      number += 1
      let file: StoredFile
      var rowCount: Int?
      switch part {
      case .relation(let relation):
        let sink = try StoreFileSink("\(stem).arrow", in: folder)
        try ArrowEncoder.write(relation, as: .file) { (bytes) throws(StoreError) in
          try sink.append(bytes)
        }
        file = try sink.finish()
        rowCount = relation.rowCount
      case .document(let bytes):
        let sink = try StoreFileSink("\(stem).json", in: folder)
        try sink.append(bytes.span)
        file = try sink.finish()
      }
      parts.append(StoredItem.Part(name: name, file: file, rowCount: rowCount))
    }
    return StoredItem(
      kind: content.kind,
      name: content.name,
      generation: content.generation ?? generation,
      about: content.about,
      parts: parts
    )
  }
}
