import BQLColumnar
import BQLSyntax
import BQLTestSupport
import BehaviorQuery
import Foundation
import Testing

/// Rows that nothing can be learnt from are refused in words, or answered honestly.
@Suite struct ModelDegenerateTests {
  private func message(_ workspace: Workspace, _ text: String) -> String {
    do throws(BQLError) {
      _ = try workspace.run(text)
      return "no error"
    } catch {
      return error.diagnostics.map(\.message).joined(separator: "\n")
    }
  }

  private func table(_ header: String, _ rows: [String]) throws -> Workspace {
    let folder = try TestFolder()
    defer { withExtendedLifetime(folder) {} }
    let workspace = Workspace(options: WorkspaceOptions(threads: 2))
    let path = try folder.write(([header] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    _ = try workspace.run("LOAD '\(path)' AS TABLE t;")
    return workspace
  }

  @Test func oneClassIsRefused() throws {
    let workspace = try table("x,y", (0..<400).map { "\($0),1" })
    #expect(message(workspace, "TRAIN y FROM t;").contains("0 rows of class 0"))
  }

  @Test func oneRowIsRefused() throws {
    let workspace = try table("x,y", ["1,1"])
    #expect(message(workspace, "TRAIN y FROM t;").contains("a model needs 30"))
    #expect(message(workspace, "TRAIN y FROM t USING gbdt(loss = squared);").contains("needs 30"))
  }

  @Test func constantFeaturesPredictTheBaseRate() throws {
    let workspace = try table("x,y", (0..<800).map { "7,\($0 % 4 == 0 ? 1 : 0)" })
    for learner in ["gbdt(trees = 10)", "logistic"] {
      let answer = try #require(try workspace.run("TRAIN y FROM t USING \(learner);").last)
      let area = answer.relation.rows.first { $0[0] == .text("roc_auc") }
      #expect(area?[1] == .float(0.5))
      let predictions = try #require(try workspace.run("PREDICT y FROM t;").last).relation.rows
      for case .float(let value) in predictions.map({ $0[0] }) { #expect(abs(value - 0.25) < 0.06) }
    }
  }

  @Test func missingEverywhereIsNoTrap() throws {
    let workspace = try table("x,z,y", (0..<800).map { ",,\($0 % 2)" })
    let found = message(workspace, "TRAIN y FROM t FEATURES (x::float AS x) USING gbdt(trees = 5);")
    #expect(found == "no error" || found.contains("feature"), "\(found)")
  }

  @Test func rowsWithoutALabelAreLeftOut() throws {
    let rows = (0..<900).map { "\($0 % 10),\($0 % 3 == 0 ? "" : $0 % 2 == 0 ? "1" : "0")" }
    let workspace = try table("x,y", rows)
    let answer = try #require(try workspace.run("TRAIN y FROM t USING gbdt(trees = 5);").last)
    #expect(answer.notes.contains("300 rows without a label left out"))
  }

  @Test func aShortLogNamesTheLongestHorizon() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 3, users: 600, days: 60).workspace(folder)
    do throws(BQLError) {
      _ = try workspace.run("TRAIN churn;")
      Issue.record("60 days are too short for two cutoffs of 28 days")
    } catch {
      #expect(error.diagnostics.first?.message.contains("the log has 60 days") == true)
      #expect(error.diagnostics.first?.hints == ["the longest HORIZON that fits is 20d"])
    }
    #expect(message(workspace, "TRAIN churn HORIZON 20d USING gbdt(trees = 5);") == "no error")
  }

  @Test func anEmptyLogIsRefused() throws {
    let folder = try TestFolder()
    defer { withExtendedLifetime(folder) {} }
    let workspace = Workspace()
    let path = try folder.write("event_time,event_type,user_id,visit,price\n", to: "empty.csv")
    _ = try? workspace.run(
      "LOAD '\(path)' (USER user_id, TIME event_time, EVENT event_type, SESSION visit, VALUE price);"
    )
    #expect(message(workspace, "TRAIN churn;") != "no error")
  }

  /// A file may hold what no training makes: parts so large that nothing adds up.
  @Test func partsThatAreTooLargeAreSaidToBe() throws {
    let folder = try TestFolder()
    defer { withExtendedLifetime(folder) {} }
    let workspace = try ModelShop(seed: 41).workspace(folder)
    let path = try folder.write("", to: "m.json")
    _ = try workspace.run(
      "TRAIN churn AS m HORIZON 14d SNAPSHOTS 3 FEATURES (session_recency_min) "
        + "USING gbdt(trees = 1, leaves = 2, patience = 0); SAVE MODEL m INTO '\(path)';"
    )
    var text = try String(contentsOfFile: path, encoding: .utf8)
    for (part, other) in [
      (#""start":[^,]*"#, #""start":-1e300"#),
      (#""value":\[[^\]]*\]"#, #""value":[0,1e300,7e299]"#),
    ] {
      text = text.replacingOccurrences(of: part, with: other, options: .regularExpression)
    }
    let changed = try folder.write(text, to: "changed.json")
    _ = try workspace.run("LOAD MODEL '\(changed)' AS m;")
    let messages = (1...40).map { message(workspace, "EXPLAIN MODEL m FOR USER \($0);") }
    #expect(messages.contains { $0.contains("so large that contributions do not add up") })
    #expect(!messages.contains { $0.contains("bug in bql") }, "\(messages)")
  }
}
