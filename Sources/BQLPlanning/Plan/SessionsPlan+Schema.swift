package import BQLColumnar
import BQLStorage
import BQLSyntax

extension SessionsPlan {
  package var schema: Schema {
    switch show {
    case .sessions: Schema(columns.map(field))
    case .summary:
      Schema(
        behavior.dimensionFields + [
          Field("sessions", .int), Field("users", .int), Field("events", .int),
          Field("bounces", .int), Field("bounce_rate", .float), Field("median_duration", .interval),
          Field("mean_duration", .interval), Field("converted", .int),
          Field("conversion_rate", .float),
        ]
          + (behavior.valueType.map {
            [Field("value", $0), Field("value_per_session", .float)]
          } ?? [])
      )
    }
  }

  private func field(_ column: Column) -> Field {
    switch column {
    case .dimension(let index):
      let dimension = behavior.dimensions[index]
      return Field(dimension.name, dimension.expression.type)
    case .user: return Field("user", behavior.log.roles[.user].map(type) ?? .int)
    case .session:
      guard case .session(let column) = behavior.unit else { return Field("session", .int) }
      return Field("session", type(column))
    case .start: return Field("start", .timestamp)
    case .duration: return Field("duration", .interval)
    case .events: return Field("events", .int)
    case .views: return Field("views", .int)
    case .carts: return Field("carts", .int)
    case .purchases: return Field("purchases", .int)
    case .value: return Field("value", behavior.valueType ?? .float)
    case .entry: return Field("entry", edge.expression.type)
    case .exit: return Field("exit", edge.expression.type)
    }
  }

  private func type(_ column: Int) -> DataType { behavior.log.schema[column].type }

  /// The question in words, one line.
  var title: String {
    var parts = ["sessions \(behavior.logName)"]
    switch show {
    case .sessions:
      parts[0] += " [\(schema.fields.map(\.name).joined(separator: ", "))]"
      if columns.contains(.entry) || columns.contains(.exit) {
        parts.append("on \(edge.expression.described(by: behavior.log.schema))")
      }
    case .summary: parts.append("summary")
    }
    return (parts + behavior.titles + behavior.periodTitles).joined(separator: ", ")
  }
}
