import BQLColumnar
import BQLPlanning
import Synchronization

/// Computes the rows of a query of WITH when they are first asked for, and keeps them.
final class WithOperator: Operator {
  private let input: any Operator
  private let schema: Schema
  private let relation = Mutex<Relation?>(nil)
  private let lease = Mutex<MemoryLease?>(nil)

  var method: String { "computed once" }

  init(input: any Operator, schema: Schema) {
    self.input = input
    self.schema = schema
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    if let known = relation.withLock({ $0 }) {
      return RelationStream(relation: known, context: context)
    }
    let lease = context.lease("query of WITH")
    let chunks = try input.open(context).collect(context, lease)
    self.lease.withLock { $0 = lease }
    let made = Relation(schema: schema, chunks: chunks)
    relation.withLock { $0 = made }
    return RelationStream(relation: made, context: context)
  }
}

/// Keeps the operators of the queries of WITH that a statement names more than once.
final class WithResults: Sendable {
  private let kept = Mutex<[(query: WithQuery, planned: WithOperator)]>([])

  func planned(_ query: WithQuery) -> WithOperator? {
    kept.withLock { kept in kept.first { $0.query === query }?.planned }
  }

  func keep(_ query: WithQuery, _ planned: WithOperator) {
    kept.withLock { $0.append((query, planned)) }
  }
}
