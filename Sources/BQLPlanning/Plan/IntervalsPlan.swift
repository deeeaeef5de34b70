package import BQLColumnar
import BQLStorage

/// Asks how long it is from one order (or event) of a unit to its next.
package struct IntervalsPlan: Sendable {
  package var behavior: BehaviorPlan
  package var of: EventSelection
  /// Whether orders are counted: OF means purchases alone.
  package var countsOrders: Bool

  package var schema: Schema {
    Schema(
      behavior.dimensionFields + [
        Field(behavior.countName, .int), Field(countsOrders ? "orders" : "events", .int),
        Field("gaps", .int), Field("p25", .interval), Field("median", .interval),
        Field("p75", .interval), Field("p90", .interval), Field("mean", .interval),
        Field("churn_window", .interval),
      ]
    )
  }

  /// The question in words, one line.
  var title: String {
    let what = "intervals \(behavior.logName): \(countsOrders ? "orders of " : "")\(of.label)"
    return ([what] + behavior.titles + behavior.periodTitles).joined(separator: ", ")
  }
}
