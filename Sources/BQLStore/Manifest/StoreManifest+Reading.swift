import BQLColumnar
import BQLJSON
import BQLStorage

extension StoreManifest {
  /// Reads a manifest; `path` is that of the store, for messages.
  package init(_ bytes: [UInt8], of path: String) throws(StoreError) {
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONReader.read(bytes)
    } catch {
      throw .damaged(
        file: "\(path)/\(Self.fileName)",
        reason: "\(error.reason.rawValue) at byte \(error.offset)"
      )
    }
    let reader = ManifestReader(value: document, file: "\(path)/\(Self.fileName)")
    guard document["format"]?.text == "bql store" else {
      throw .notAStore(path: path, reason: "its manifest is another program's")
    }
    let version = try reader.count("version")
    guard version <= Self.version else { throw .newer(path: path, version: version) }
    guard version >= Self.oldestVersion else {
      throw .notAStore(path: path, reason: "an early version of bql wrote it; LOAD its logs anew")
    }
    generation = try reader.count("generation")
    // There is always a next one.
    guard generation < Int.max / 2 else { throw reader.malformed("generation") }
    logs = try reader.objects("logs").map { (log) throws(StoreError) in try StoredLog(log) }
    let names = logs.map { $0.name.lowercased() }
    guard Set(names).count == names.count else { throw reader.malformed("logs") }
    // The second version had none.
    guard version > 2 else { return }
    items = try reader.objects("items").map { (item) throws(StoreError) in try StoredItem(item) }
    guard Set(items.map(\.key)).count == items.count else { throw reader.malformed("items") }
  }
}

extension StoredLog {
  fileprivate init(_ log: ManifestReader) throws(StoreError) {
    name = try log.text("name")
    generation = log.has("generation") ? try log.count("generation") : 0
    fields = try log.objects("columns").map { (field) throws(StoreError) in
      guard let type = DataType(rawValue: try field.text("type")) else {
        throw field.malformed("type")
      }
      var role: Role?
      if field.has("role") {
        role = Role(rawValue: try field.text("role"))
        if role == nil { throw field.malformed("role") }
      }
      return Field(
        name: try field.text("name"),
        type: type,
        role: role,
        missingCount: try field.count("missing"),
        isShared: field.value["shared_dictionary"]?.bool ?? false
      )
    }
    events = try log.objects("events").map { (event) throws(StoreError) in
      EventValue(name: try event.text("name"), rowCount: try event.count("rows"))
    }
    sessionCount = log.has("sessions") ? try log.count("sessions") : nil
    tiedRows = try log.count("tied_rows")
    if log.has("first_time") {
      let (first, last) = (try log.int("first_time"), try log.int("last_time"))
      guard first <= last else { throw log.malformed("last_time") }
      timeRange = first...last
    }
    partitions = try log.elements("partitions").map { (pair) throws(StoreError) in
      let numbers = pair.elements?.compactMap { $0.int.flatMap { Int(exactly: $0) } } ?? []
      guard numbers.count == 2, numbers[0] >= 0, (0...numbers[0]).contains(numbers[1]),
        numbers[0] <= Int32.max
      else { throw log.malformed("partitions") }
      return Partition(rowCount: numbers[0], userCount: numbers[1])
    }
    files = try log.objects("files").map { (file) throws(StoreError) in try StoredFile(file) }
    let columnCount = fields.count
    guard files.count == partitions.count + 1,
      files.dropLast().allSatisfy({ $0.parts?.columns.count == columnCount })
    else { throw log.malformed("files") }
    loads = try log.objects("loads").map { (load) throws(StoreError) in try Load(load) }
    let roles = fields.compactMap(\.role)
    guard Set(roles).count == roles.count, roles.contains(.user), roles.contains(.time) else {
      throw log.malformed("columns")
    }
  }
}

extension StoredFile {
  fileprivate init(_ file: ManifestReader) throws(StoreError) {
    let name = try file.text("name")
    guard !name.contains("/"), !name.isEmpty else { throw file.malformed("name") }
    self.init(
      name: name,
      byteCount: try file.count("bytes"),
      checksum: try file.checksum("xxh64"),
      parts: file.has("validity_xxh64") ? try PartChecksums(file) : nil
    )
  }
}

extension StoredItem {
  fileprivate init(_ item: ManifestReader) throws(StoreError) {
    guard let kind = Kind(rawValue: try item.text("kind")) else { throw item.malformed("kind") }
    let parts = try item.objects("parts").map { (part) throws(StoreError) in
      Part(
        name: try part.text("part"),
        file: try StoredFile(part),
        rowCount: part.has("rows") ? try part.count("rows") : nil
      )
    }
    guard Set(parts.map(\.name)).count == parts.count else { throw item.malformed("parts") }
    self.init(
      kind: kind,
      name: try item.text("name"),
      generation: try item.count("generation"),
      about: item.value["about"] ?? .null,
      parts: parts
    )
  }
}

extension StoredFile.PartChecksums {
  fileprivate init(_ file: ManifestReader) throws(StoreError) {
    metadata = try file.checksum("metadata_xxh64")
    validity = try file.checksum("validity_xxh64")
    columns = try file.checksums("column_xxh64")
    dictionaries = try file.checksums("dictionary_xxh64")
  }
}

extension StoredLog.Load {
  fileprivate init(_ load: ManifestReader) throws(StoreError) {
    let names = try load.elements("files")
    files = names.compactMap(\.text)
    guard files.count == names.count else { throw load.malformed("files") }
    fingerprints = try load.elements("fingerprints").map { UInt64($0.text ?? "", radix: 16) }
    guard fingerprints.count == files.count else { throw load.malformed("fingerprints") }
    byteCount = try load.count("bytes")
    rowsRead = try load.count("rows_read")
    rowsLoaded = try load.count("rows_loaded")
    rejectedCount = try load.count("rejected")
    duplicateRows = try load.count("duplicates")
    instant = try load.int("instant")
    guard let seconds = load.value["seconds"]?.double else { throw load.malformed("seconds") }
    self.seconds = seconds
  }
}

/// Reads members of a manifest that must be there.
private struct ManifestReader {
  let value: JSONValue
  let file: String

  func malformed(_ name: String) -> StoreError {
    .damaged(file: file, reason: "its member '\(name)' is missing or no such value")
  }

  func has(_ name: String) -> Bool { value[name] != nil }

  func text(_ name: String) throws(StoreError) -> String {
    guard let text = value[name]?.text else { throw malformed(name) }
    return text
  }

  func int(_ name: String) throws(StoreError) -> Int64 {
    guard let int = value[name]?.int else { throw malformed(name) }
    return int
  }

  func count(_ name: String) throws(StoreError) -> Int {
    guard let count = Int(exactly: try int(name)), count >= 0 else { throw malformed(name) }
    return count
  }

  func checksum(_ name: String) throws(StoreError) -> UInt64 {
    guard let sum = UInt64(try text(name), radix: 16) else { throw malformed(name) }
    return sum
  }

  func checksums(_ name: String) throws(StoreError) -> [UInt64] {
    let elements = try elements(name)
    let sums = elements.compactMap { UInt64($0.text ?? "", radix: 16) }
    guard sums.count == elements.count else { throw malformed(name) }
    return sums
  }

  func elements(_ name: String) throws(StoreError) -> [JSONValue] {
    guard let elements = value[name]?.elements else { throw malformed(name) }
    return elements
  }

  func objects(_ name: String) throws(StoreError) -> [ManifestReader] {
    let elements = try elements(name)
    guard elements.allSatisfy({ $0.members != nil }) else { throw malformed(name) }
    return elements.map { ManifestReader(value: $0, file: file) }
  }
}
