import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Foundation
import Synchronization
import Testing

/// A statement of models that is cancelled leaves the session as it was.
@Suite struct ModelInterruptionTests {
  /// Cancels what a workspace runs, from another thread, from a moment after now on.
  private final class Canceller: Sendable {
    private let isDone = Atomic<Bool>(false)
    private let thread: WorkerThread?

    init(_ workspace: Workspace, isDone done: Canceller.Flag) {
      let cancel = workspace.cancelAction
      thread = WorkerThread {
        usleep(150_000)
        while !done.value.load(ordering: .relaxed) {
          cancel()
          usleep(10_000)
        }
      }
    }

    final class Flag: Sendable {
      let value = Atomic<Bool>(false)
    }

    func join() { thread?.join() }
  }

  /// Runs a statement that would take minutes, cancels it, and returns how long it took to stop.
  private func cancelled(_ workspace: Workspace, _ statement: String) -> Duration {
    let done = Canceller.Flag()
    let canceller = Canceller(workspace, isDone: done)
    let clock = ContinuousClock()
    let took = clock.measure {
      do {
        _ = try workspace.run(statement)
        Issue.record("ran to its end: \(statement)")
      } catch let error as BQLError {
        #expect(error.kind == .interrupted, "\(statement): \(error)")
      } catch {
        Issue.record(error)
      }
    }
    done.value.store(true, ordering: .relaxed)
    canceller.join()
    return took
  }

  @Test func aCancelledStatementLeavesNothingBehind() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 21, users: 1_500, days: 168).workspace(folder)
    let learner = "HORIZON 14d SNAPSHOTS 6 USING gbdt(trees = 30, patience = 0)"
    _ = try workspace.run("TRAIN churn \(learner);")
    let before = try workspace.run("PREDICT churn; SHOW MODELS;").map(\.relation.rows)
    let endless = "gbdt(trees = 100000, leaves = 255, min_rows = 1, rate = 0.001, patience = 0)"
    let statements = [
      "TRAIN churn HORIZON 14d SNAPSHOTS 6 USING \(endless);",
      "TRAIN churn AS other HORIZON 14d SNAPSHOTS 6 USING \(endless) CALIBRATE;",
      "TRAIN churn HORIZON 14d SNAPSHOTS 6 TUNE 500 USING \(endless);",
    ]
    for statement in statements {
      // Far from the minutes that it would take, on a machine that is busy with other things.
      #expect(cancelled(workspace, statement) < .seconds(20), "\(statement)")
      let after = try workspace.run("PREDICT churn; SHOW MODELS;").map(\.relation.rows)
      #expect(after == before, "\(statement)")
    }
  }
}
