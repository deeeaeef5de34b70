import BQLColumnar
import BQLJSON
import BQLStorage

extension StoreManifest {
  /// The manifest as JSON.
  package var bytes: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.name("format")
    json.string("bql store")
    json.name("version")
    json.int(Self.version)
    json.name("generation")
    json.int(generation)
    json.name("logs")
    json.beginArray()
    for log in logs { log.write(to: &json) }
    json.endArray()
    json.name("items")
    json.beginArray()
    for item in items { item.write(to: &json) }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}

extension StoredLog {
  fileprivate func write(to json: inout JSONWriter) {
    json.beginObject()
    json.name("name")
    json.string(name)
    json.name("generation")
    json.int(generation)
    writeColumns(to: &json)
    if let sessionCount {
      json.name("sessions")
      json.int(sessionCount)
    }
    json.name("tied_rows")
    json.int(tiedRows)
    if let timeRange {
      json.name("first_time")
      json.int(timeRange.lowerBound)
      json.name("last_time")
      json.int(timeRange.upperBound)
    }
    writeFiles(to: &json)
    json.name("loads")
    json.beginArray()
    for load in loads { load.write(to: &json) }
    json.endArray()
    json.endObject()
  }

  private func writeColumns(to json: inout JSONWriter) {
    json.name("columns")
    json.beginArray()
    for field in fields {
      json.beginObject()
      json.name("name")
      json.string(field.name)
      json.name("type")
      json.string(field.type.rawValue)
      if let role = field.role {
        json.name("role")
        json.string(role.rawValue)
      }
      json.name("missing")
      json.int(field.missingCount)
      if field.isShared {
        json.name("shared_dictionary")
        json.bool(true)
      }
      json.endObject()
    }
    json.endArray()
    json.name("events")
    json.beginArray()
    for event in events {
      json.beginObject()
      json.name("name")
      json.string(event.name)
      json.name("rows")
      json.int(event.rowCount)
      json.endObject()
    }
    json.endArray()
  }

  private func writeFiles(to json: inout JSONWriter) {
    json.name("partitions")
    json.beginArray()
    for partition in partitions {
      json.beginArray()
      json.int(partition.rowCount)
      json.int(partition.userCount)
      json.endArray()
    }
    json.endArray()
    json.name("files")
    json.beginArray()
    for file in files {
      json.beginObject()
      file.write(to: &json)
      json.endObject()
    }
    json.endArray()
  }
}

extension StoredFile {
  /// Writes the members of the object that describes the file.
  fileprivate func write(to json: inout JSONWriter) {
    json.name("name")
    json.string(name)
    json.name("bytes")
    json.int(byteCount)
    json.name("xxh64")
    json.string(checksum.hexadecimal)
    guard let parts else { return }
    json.name("metadata_xxh64")
    json.string(parts.metadata.hexadecimal)
    json.name("validity_xxh64")
    json.string(parts.validity.hexadecimal)
    for (name, sums) in [
      ("column_xxh64", parts.columns), ("dictionary_xxh64", parts.dictionaries),
    ] {
      json.name(name)
      json.beginArray()
      for sum in sums { json.string(sum.hexadecimal) }
      json.endArray()
    }
  }
}

extension StoredItem {
  fileprivate func write(to json: inout JSONWriter) {
    json.beginObject()
    json.name("kind")
    json.string(kind.rawValue)
    json.name("name")
    json.string(name)
    json.name("generation")
    json.int(generation)
    json.name("about")
    json.value(about)
    json.name("parts")
    json.beginArray()
    for part in parts {
      json.beginObject()
      json.name("part")
      json.string(part.name)
      if let rowCount = part.rowCount {
        json.name("rows")
        json.int(rowCount)
      }
      part.file.write(to: &json)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}

extension StoredLog.Load {
  fileprivate func write(to json: inout JSONWriter) {
    json.beginObject()
    json.name("files")
    json.beginArray()
    for file in files { json.string(file) }
    json.endArray()
    json.name("fingerprints")
    json.beginArray()
    for fingerprint in fingerprints { json.string(fingerprint?.hexadecimal ?? "") }
    json.endArray()
    for (name, number) in [
      ("bytes", byteCount), ("rows_read", rowsRead), ("rows_loaded", rowsLoaded),
      ("rejected", rejectedCount), ("duplicates", duplicateRows),
    ] {
      json.name(name)
      json.int(number)
    }
    json.name("instant")
    json.int(instant)
    json.name("seconds")
    json.number(seconds)
    json.endObject()
  }
}
