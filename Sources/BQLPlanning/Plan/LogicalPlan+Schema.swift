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
    case .join(let join): join.schema
    case .with(let query): query.plan.schema
    case .replicate(let input): Schema(Array(input.schema.fields.dropLast()))
    case .project(_, let expressions):
      Schema(expressions.map { Field($0.name, $0.expression.type) })
    case .aggregate(let plan):
      Schema(
        plan.keys.map { Field($0.name, $0.expression.type) }
          + plan.aggregates.map { Field($0.name, $0.aggregate.overload.result) }
      )
    case .window(let plan):
      Schema(
        plan.input.schema.fields + plan.window.calls.map { Field($0.name, $0.call.type) }
      )
    case .summarize(let plan): plan.schema
    case .correlate(let plan): plan.schema
    case .model(let question): question.schema
    case .behavior(let question): question.schema
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
