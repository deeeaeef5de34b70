import BQLColumnar
import BQLPlanning
import BQLSyntax
import BQLTestSupport
import BehaviorQuery
import Foundation
import Testing

/// Leaks that are planted are found.
@Suite struct ModelLeakTests {
  private static let fast = "HORIZON 14d SNAPSHOTS 3 USING gbdt(trees = 10)"

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch let error as BQLError {
      return error.diagnostics.map(\.message).joined(separator: "\n")
    } catch {
      return "\(error)"
    }
  }

  @Test func aColumnOfTheFutureIsRefused() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 1).workspace(folder)
    for column in ["target_revenue", "target_event", "target_customer_value", "target_return"] {
      let found = message {
        _ = try workspace.run("TRAIN churn \(Self.fast) FEATURES (click_count_sum, \(column));")
      }
      #expect(found.contains("'\(column)' is known only behind the cutoff"), "\(found)")
    }
    #expect(workspace.catalog.models.isEmpty)
  }

  /// An attribute may be a feature where it was computed from nothing behind the oldest cutoff.
  @Test func anAttributeOfTheFutureIsRefused() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 2).workspace(folder)
    _ = try workspace.run(
      """
      LET users.late = max(price);
      LET users.early = max(price) UNTIL '2019-10-20';
      """
    )
    let found = message { _ = try workspace.run("TRAIN churn \(Self.fast) FEATURES (late);") }
    #expect(found.contains("'users.late' was computed from rows up to"), "\(found)")
    _ = try workspace.run("TRAIN churn \(Self.fast) FEATURES (early, click_count_sum);")
    #expect(
      workspace.catalog.model(named: "churn")?.model.features.map(\.name) == [
        "click_count_sum", "early",
      ]
    )
  }

  /// What a model predicts has seen all that the model has seen.
  @Test func aPredictionIsNoFeatureOfTheSamePast() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 3).workspace(folder)
    _ = try workspace.run(
      "TRAIN churn \(Self.fast); PREDICT churn AS OF '2019-10-20' AS risk;"
    )
    let found = message {
      _ = try workspace.run("TRAIN return \(Self.fast) FEATURES (risk, click_count_sum);")
    }
    #expect(found.contains("'users.risk' was computed from rows up to"), "\(found)")
  }

  private func table(_ folder: TestFolder, seed: UInt64) throws -> String {
    var random = SeededGenerator(seed: seed)
    var lines = ["id,day,x,noise,kind,leak,flag,y"]
    for id in 1...600 {
      let x = Int.random(in: 0...100, using: &random)
      let y = Int.random(in: 0...100, using: &random) < x ? 1 : 0
      let noise = Int.random(in: 0...9, using: &random)
      let kind = random.chance(10) ? "" : ["a", "b"][y == 1 && random.chance(60) ? 1 : 0]
      lines.append("\(id),\(id / 3),\(x),\(noise),\(kind),\(y * 2 + 1),\(y == 1),\(y)")
    }
    return try folder.write(lines.joined(separator: "\n") + "\n", to: "t.csv")
  }

  @Test func aColumnMadeOfTheTargetDrawsAWarning() throws {
    let folder = try TestFolder()
    defer { withExtendedLifetime(folder) {} }
    let workspace = Workspace()
    _ = try workspace.run("LOAD '\(try table(folder, seed: 7))' AS TABLE t KEY id;")
    let answer = try #require(try workspace.run("TRAIN y FROM t;").last)
    let warning = try #require(answer.notes.first { $0.contains("leakage") })
    #expect(warning.contains("leak (1.0)") && warning.contains("flag (1.0)"))
    #expect(!warning.contains("noise") && !warning.contains("kind"))
    let honest = try #require(
      try workspace.run("TRAIN y AS honest FROM t FEATURES (x, noise, kind);").last
    )
    #expect(!honest.notes.contains { $0.contains("leakage") })
  }

  /// The target itself is no feature, whatever the table is asked for.
  @Test func theTargetIsNoFeature() throws {
    let folder = try TestFolder()
    defer { withExtendedLifetime(folder) {} }
    let workspace = Workspace()
    _ = try workspace.run("LOAD '\(try table(folder, seed: 8))' AS TABLE t KEY id;")
    _ = try workspace.run(
      "TRAIN y FROM t SPLIT TIME ON day; TRAIN (x > 50) AS m FROM t FEATURES (noise, kind, y);"
    )
    let features = workspace.catalog.model(named: "y")?.model.features.map(\.name)
    #expect(features == ["x", "noise", "kind", "leak", "flag"])
    #expect(workspace.catalog.model(named: "m")?.targetName == "(x > 50)")
  }
}
