import BQLColumnar
import BQLPlanning
struct FunnelOperator: Operator {
  init(_ plan: FunnelPlan, notes: Notes) throws(ExecutionError) { throw .notImplemented("FUNNEL") }
  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream { throw .notImplemented("FUNNEL") }
}
