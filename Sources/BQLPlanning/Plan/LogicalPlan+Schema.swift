package import BQLColumnar
import BQLFunctions
import BQLStorage
import BQLSyntax

extension LogicalPlan {
  /// The columns that the plan returns.
  package var schema: Schema {
    switch self {
    case .scan(let scan): Schema(scan.columns.map { scan.tableSchema[$0] })
    case .values(let relation): relation.schema
    case .filter(let input, _), .distinct(let input), .limit(let input, _): input.schema
    case .union(let input, _): input.schema
    case .sort(let sort): sort.input.schema
    case .project(_, let expressions):
      Schema(expressions.map { Field($0.name, $0.expression.type) })
    case .aggregate(let plan):
      Schema(
        plan.keys.map { Field($0.name, $0.expression.type) }
          + plan.aggregates.map { Field($0.name, $0.aggregate.overload.result) }
      )
    case .summarize(let plan): plan.schema
    case .funnel(let plan): plan.schema
    }
  }
}

extension SummarizePlan {
  package var schema: Schema {
    Schema(
      groups.map { Field($0.name, $0.expression.type) } + [
        Field("column", .text), Field("type", .text), Field("rows", .int),
        Field("missing", .int), Field("distinct", .int), Field("min", .text),
        Field("p25", .text), Field("median", .text), Field("p75", .text), Field("max", .text),
        Field("mean", .float), Field("stddev", .float), Field("top_values", .text),
      ]
    )
  }
}

extension FunnelPlan {
  /// The name of the column that counts units.
  package var countName: String {
    switch unit {
    case .user: "users"
    case .session: "sessions"
    case .columns: "units"
    }
  }

  /// Dimension columns are text where `(other)` or `(total)` may stand in them.
  package var dimensionsAreText: Bool { top != nil || withTotal }

  package var valueType: DataType? { log.roles[.value].map { log.schema[$0].type } }

  package var schema: Schema {
    var fields = dimensions.map {
      Field($0.name, dimensionsAreText ? .text : $0.expression.type)
    }
    if !windows.isEmpty { fields.append(Field("window", .interval)) }
    fields += [
      Field("step_no", .int), Field("step", .text), Field(countName, .int),
      Field("pct_of_first", .float), Field("pct_of_previous", .float), Field("dropped", .int),
      Field("ci_low", .float), Field("ci_high", .float), Field("median_time", .interval),
      Field("p90_time", .interval),
    ]
    if let valueType { fields.append(Field("value", valueType)) }
    return Schema(fields)
  }
}
