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
  private var spellings: [ArrowColumnSpelling]
  /// The lengths of the rows that are spelled, of which the first `framedCount` are put together.
  private var lengths: [Int] = []
  private var framedCount = 0
  /// Text, of which `unread` is still to be read.
  private var text: [UInt8] = []
  private var unread = 0..<0

  /// Rows decoded at a time, a multiple of 64, and bytes put together at a time, about.
  private static let step = (rowCount: 4_096, byteCount: 1 << 20)

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
    while unread.isEmpty {
      if framedCount == lengths.count {
        guard try spellRows() else { return 0 }
      }
      frame()
    }
    let step = min(count, unread.count)
    let part = unread.lowerBound..<unread.lowerBound + step
    let bytes = text
    region.withMutableSpan(of: UInt8.self, byteOffset: offset, count: step) { output in
      unsafe output.withUnsafeMutableBytes { output in
        unsafe bytes.withUnsafeBytes { bytes in
          // As many bytes as the part has, which lies inside the text.
          unsafe output.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[part]))
        }
      }
    }
    unread = part.upperBound..<unread.upperBound
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
      let rows = row..<min(row + Self.step.rowCount, rowCount)
      for index in decoders.indices {
        let column = try decoders[index].column(rows)
        spellings[index].spell(column)
      }
      lengths = [Int](repeating: spellings.count, count: rows.count)
      for spelling in spellings { spelling.addLengths(to: &lengths) }
      framedCount = 0
      row = rows.upperBound
      return true
    } catch {
      throw LoadError(error, path: input.path)
    }
  }

  /// Puts the cells of the next rows together.
  private func frame() {
    var positions: [Int] = []
    var byteCount = 0
    while framedCount + positions.count < lengths.count, byteCount < Self.step.byteCount {
      let length = lengths[framedCount + positions.count]
      positions.append(byteCount)
      byteCount += length
    }
    let rows = framedCount..<framedCount + positions.count
    var text: [UInt8] = []
    swap(&text, &self.text)
    if text.count < byteCount { text = [UInt8](repeating: 0, count: byteCount) }
    for index in spellings.indices {
      let isLast = index == spellings.count - 1
      let end = isLast ? UInt8(ascii: "\n") : UInt8(ascii: ",")
      spellings[index].write(rows, to: &text, at: &positions, end: end)
    }
    swap(&text, &self.text)
    unread = 0..<byteCount
    framedCount = rows.upperBound
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
