/// Holds a query of WITH, which is run once however often it is named; equal only to itself.
package final class WithQuery: Sendable {
  package let name: String
  package let plan: LogicalPlan

  package init(name: String, plan: LogicalPlan) {
    self.name = name
    self.plan = plan
  }
}
