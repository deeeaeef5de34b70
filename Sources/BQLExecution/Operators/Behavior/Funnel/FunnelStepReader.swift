import BQLColumnar
import BQLPlanning
import BQLStorage

/// Finds which steps each row matches.
///
/// Steps without conditions depend on the event's code alone: a table of masks by code. Else each
/// condition is evaluated, for the rows of its event only, and each row gets a mask of its own.
struct FunnelStepReader: Sendable {
  private struct Condition: Sendable {
    let eventCode: Int
    let stepBit: UInt32
    let expression: CompiledExpression
  }

  private let eventColumn: Int?
  /// The steps that a code matches whatever its row holds.
  private var masks: [UInt32]
  private var conditions: [Condition] = []

  /// Prepares the masks of patterns: bit *i* is set by any of `patterns[i]`.
  init(
    _ patterns: [[FunnelPlan.Alternative]],
    _ log: EventLog,
    _ types: [DataType]
  ) throws(ExecutionError) {
    eventColumn = log.roles[.event]
    masks = [UInt32](repeating: 0, count: log.events.count)
    for (index, alternatives) in patterns.enumerated() {
      let bit: UInt32 = 1 << UInt32(index)
      for alternative in alternatives {
        guard let code = alternative.eventCode else { continue }
        if let condition = alternative.condition {
          conditions.append(
            Condition(
              eventCode: code,
              stepBit: bit,
              expression: try CompiledExpression(condition, inputTypes: types)
            )
          )
        } else {
          masks[code] |= bit
        }
      }
    }
  }

  /// The mask of each event's code, where rows match by their event alone; else nil.
  var masksOfEvents: [UInt32]? { conditions.isEmpty ? masks : nil }

  /// Returns the masks of a morsel's rows, in the cheapest form that holds them.
  func masks(
    _ partition: Partition,
    _ morsel: Morsel,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> FunnelStepMasks {
    guard let eventColumn else { throw .internal("the log has no EVENT column") }
    let column = partition.columns[eventColumn]
    if conditions.isEmpty, column.validity == nil {
      switch column.storage {
      case .codes8(let codes, _): return .codes8(codes, masks: masks)
      case .codes16(let codes, _): return .codes16(codes, masks: masks)
      case .codes32, .int8, .int16, .int32, .int64, .float, .bool, .perUser: break
      }
    }
    var rowMasks: [UInt32] = []
    rowMasks.reserveCapacity(morsel.rows.count)
    let reader = PartitionReader(partition: partition)
    var start = morsel.rows.lowerBound
    while start < morsel.rows.upperBound {
      let rows = start..<min(start + context.chunkCapacity, morsel.rows.upperBound)
      let events = column.decode(rows)
      guard case .texts(let codes, _) = events.values else {
        throw .internal("the EVENT column holds no text")
      }
      var chunk = codes.indices.map { row in
        events.isValid(row) && Int(codes[row]) < masks.count ? masks[Int(codes[row])] : 0
      }
      for condition in conditions {
        let matching = codes.indices.filter {
          Int(codes[$0]) == condition.eventCode && events.isValid($0)
        }
        let kept = try condition.expression.evaluate(
          reader.gather(
            matching.map { Int32(start + $0) },
            columns: condition.expression.columns
          )
        ).trueRows
        for position in kept { chunk[matching[Int(position)]] |= condition.stepBit }
      }
      rowMasks += chunk
      start = rows.upperBound
    }
    return .rows(rowMasks)
  }
}
