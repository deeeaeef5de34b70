import BQLColumnar
import BQLTestSupport

/// Draws tables of all types, with NULLs and what values may go wrong.
enum RandomTables {
  static let texts = [
    "", "a", "ab", "ü", "日本語", "line\nend", "\"q\"", String(repeating: "long ", count: 60),
  ]

  /// A schema of up to nine columns.
  static func schema(_ draw: inout SeededGenerator) -> Schema {
    Schema(
      (0..<Int.random(in: 0...9, using: &draw)).map { index in
        Field("c\(index)", DataType.allCases.randomElement(using: &draw) ?? .int)
      }
    )
  }

  static func relation(_ draw: inout SeededGenerator) -> Relation {
    let schema = schema(&draw)
    let nulls = [0, 10, 100].randomElement(using: &draw) ?? 0
    let chunks = (0..<Int.random(in: 0...4, using: &draw)).map { _ in
      let count = [0, 1, 7, 63, 64, 65, 300].randomElement(using: &draw) ?? 1
      let columns = schema.fields.map { field in
        var builder = ColumnBuilder(field.type)
        for _ in 0..<count {
          builder.append(draw.chance(nulls) ? .null : value(field.type, &draw))
        }
        return builder.finish()
      }
      return Chunk(columns, count: count)
    }
    return Relation(schema: schema, chunks: chunks)
  }

  static func value(_ type: DataType, _ draw: inout SeededGenerator) -> Value {
    let extremes: [Int64] = [0, 1, -1, .max, .min]
    let int =
      draw.chance(20)
      ? extremes.randomElement(using: &draw) ?? 0 : Int64.random(in: -1_000...1_000, using: &draw)
    switch type {
    case .bool: return .bool(draw.chance(50))
    case .int: return .int(int)
    case .decimal: return .decimal(int)
    case .interval: return .interval(int)
    case .float:
      let floats = [0.0, -0.0, 0.1, .infinity, -.infinity, 1e300, .leastNonzeroMagnitude]
      return .float(floats.randomElement(using: &draw) ?? 0)
    case .text: return .text(texts.randomElement(using: &draw) ?? "")
    case .timestamp: return .timestamp(Int64.random(in: TimeLimits.timestamps, using: &draw))
    case .date: return .date(Int64.random(in: TimeLimits.days, using: &draw))
    }
  }
}
