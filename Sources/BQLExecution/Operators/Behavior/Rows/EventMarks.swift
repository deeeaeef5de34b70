import BQLColumnar
import BQLPlanning
import BQLStorage

/// Finds which of several selections of events each row belongs to: bit *i* of a row's byte is
/// selection *i*.
struct EventMarks: Sendable {
  private let steps: FunnelStepReader?
  /// The bits of the selections that mean every row.
  private let always: UInt8

  /// Compiles at most eight selections.
  init(
    _ selections: [EventSelection],
    of log: EventLog,
    _ types: [DataType]
  ) throws(ExecutionError) {
    precondition(selections.count <= 8, "a byte has eight bits")
    var always: UInt8 = 0
    for (index, selection) in selections.enumerated() where selection.isAny {
      always |= 1 << UInt8(index)
    }
    self.always = always
    steps =
      selections.allSatisfy(\.isAny)
      ? nil : try FunnelStepReader(selections.map(\.alternatives), log, types)
  }

  /// Returns the bytes of a morsel's rows.
  func bytes(
    _ partition: Partition,
    _ morsel: Morsel,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [UInt8] {
    guard let steps else { return [UInt8](repeating: always, count: morsel.rows.count) }
    switch try steps.masks(partition, morsel, context) {
    case .codes8(let codes, let masks):
      // A full table needs no check of a code against its end.
      var table = [UInt8](repeating: always, count: 256)
      for (code, mask) in masks.prefix(256).enumerated() {
        table[code] |= UInt8(truncatingIfNeeded: mask)
      }
      return codes.withSpan { codes in
        let codes = codes.extracting(morsel.rows)
        let known = table[..<min(masks.count, table.count)]
        if let marks = Self.compare(codes, known, always) { return marks }
        return Self.look(codes, up: table)
      }
    case .codes16(let codes, let masks):
      var table = [UInt8](repeating: always, count: 1 << 16)
      for (code, mask) in masks.prefix(1 << 16).enumerated() {
        table[code] |= UInt8(truncatingIfNeeded: mask)
      }
      return codes.withSpan { Self.look($0.extracting(morsel.rows), up: table) }
    case .rows(let masks): return masks.map { UInt8(truncatingIfNeeded: $0) | always }
    }
  }

  /// Compares many rows at a time with the one code that has other bits than `always`; nil where
  /// several have, which takes a look into the table for each row.
  private static func compare(
    _ codes: Span<UInt8>,
    _ table: ArraySlice<UInt8>,
    _ always: UInt8
  ) -> [UInt8]? {
    let marked = table.indices.filter { table[$0] != always }
    guard marked.count == 1 else { return nil }
    let (code, bits) = (UInt8(marked[0]), table[marked[0]])
    return unsafe [UInt8](count: codes.count) { bytes in
      // A byte is written for each code.
      for index in codes.indices {
        unsafe bytes[index] = codes[unchecked: index] == code ? bits : always
      }
    }
  }

  private static func look<Code: FixedWidthInteger & UnsignedInteger>(
    _ codes: Span<Code>,
    up table: [UInt8]
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: codes.count)
    let table = table.span
    for index in codes.indices { bytes[index] = table[Int(codes[index])] }
    return bytes
  }
}
