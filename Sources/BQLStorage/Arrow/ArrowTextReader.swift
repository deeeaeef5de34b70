import BQLArrow
import BQLColumnar

/// Spells the rows of Arrow data as CSV without a header, so that they are loaded into a log as any
/// file's are.
///
/// NULL, the empty text and numbers that are not finite are empty fields; times are in UTC and
/// durations in seconds.
final class ArrowTextReader: ByteReader {
  private let input: ArrowInput
  private var decoders: [ArrowColumnDecoder] = []
  private var batch = -1
  private var rowCount = 0
  /// The next row of the batch.
  private var row = 0
  private var pending: [UInt8] = []
  private var start = 0
  private var spellings: [ArrowColumnSpelling]

  /// Rows decoded at a time, a multiple of 64.
  private static let stepRowCount = 16_384

  init(_ input: ArrowInput) throws(LoadError) {
    self.input = input
    spellings = input.schema.fields.map { _ in ArrowColumnSpelling() }
    do throws(ArrowError) {
      for index in input.schema.fields.indices {
        decoders.append(try ArrowColumnDecoder(input.reader, column: index, texts: .each))
      }
    } catch {
      throw LoadError(error, path: input.path)
    }
  }

  func read(into region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int {
    while start == pending.count {
      start = 0
      pending.removeAll(keepingCapacity: true)
      guard try spellRows() else { return 0 }
    }
    let step = min(count, pending.count - start)
    let bytes = pending
    region.withMutableSpan(of: UInt8.self, byteOffset: offset, count: step) { output in
      let source = bytes.span.extracting(start..<start + step)
      for index in source.indices { output[index] = source[index] }
    }
    start += step
    return step
  }

  /// Spells the next rows; false at the end.
  private func spellRows() throws(LoadError) -> Bool {
    do throws(ArrowError) {
      while row >= rowCount {
        batch += 1
        guard batch < input.reader.batchCount else {
          report()
          return false
        }
        row = 0
        rowCount = try input.reader.rowCount(ofBatch: batch)
        for index in decoders.indices { _ = try decoders[index].open(batch: batch) }
      }
      let rows = row..<min(row + Self.stepRowCount, rowCount)
      for index in decoders.indices {
        let column = try decoders[index].column(rows)
        spellings[index].spell(column)
      }
      frame(rows.count)
      row = rows.upperBound
      return true
    } catch {
      throw LoadError(error, path: input.path)
    }
  }

  /// Puts the spelled cells together, row by row.
  private func frame(_ count: Int) {
    var out: [UInt8] = []
    swap(&out, &pending)
    for row in 0..<count {
      for index in spellings.indices {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        spellings[index].append(row, to: &out)
      }
      out.append(UInt8(ascii: "\n"))
    }
    swap(&out, &pending)
  }

  /// Tells what was changed on the way.
  private func report() {
    var notes = decoders.compactMap(\.note)
    for (index, spelling) in spellings.enumerated() where spelling.infiniteCount > 0 {
      let count = spelling.infiniteCount
      let values = count == 1 ? "1 value that is" : "\(count) values that are"
      notes.append("\(input.schema[index].name) has \(values) no finite number, loaded as NULL")
    }
    for (index, field) in input.schema.fields.enumerated() where field.type == .interval {
      notes.append("\(input.schema[index].name) holds durations, which a log has as seconds")
    }
    input.report(notes)
  }
}
