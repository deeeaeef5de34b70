import BQLColumnar
import BehaviorQuery
import Foundation
import Testing

/// Holds FEATURES to what an independent program says of the shipped log.
///
/// `Tests/Peers/customer_reference.py` writes the reference. Sums of thousands of users add up in another
/// order here, so that they agree to 1e-9 of their size, as single values do.
@Suite struct CustomerModelReferenceTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The columns of the model, and a value of each for each row; nil is NULL.
  private struct Model {
    var names: [String]
    var rows: [[Double?]]

    func place(_ name: String) throws -> Int { try #require(names.firstIndex(of: name)) }
  }

  private static let model: Result<Model, any Error> = Result {
    let workspace = Workspace()
    let path = root.appendingPathComponent("data/shop.csv.gz").path
    let answers = try workspace.run(
      "LOAD '\(path)'; FEATURES USING customer_model SNAPSHOTS 3 MARGIN 0.25;"
    )
    let answer = try #require(answers.last)
    let rows = answer.relation.rows.map { row in
      row.map { value -> Double? in
        switch value {
        case .int(let number): Double(number)
        case .float(let number): number
        case .decimal(let hundredths): Double(hundredths) / 100
        default: nil
        }
      }
    }
    return Model(names: answer.columnNames, rows: rows)
  }

  private func lines(_ name: String) throws -> [[String]] {
    let file = Self.root.appendingPathComponent("Tests/Peers/reference/\(name)")
    let text = try String(contentsOf: file, encoding: .utf8)
    return text.split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func isClose(_ value: Double?, _ expected: Double?) -> Bool {
    guard let value, let expected else { return value == nil && expected == nil }
    return abs(value - expected) <= 1e-9 * max(1, abs(expected))
  }

  @Test func usersAreThoseOfTheReference() throws {
    let model = try Self.model.get()
    let lines = try lines("customer_model_users.csv")
    let header = try #require(lines.first)
    let (user, step) = (try model.place("user_id"), try model.place("time_step"))
    let places = try header.map(model.place)
    var found: [[Double?]: [Double?]] = [:]
    for row in model.rows { found[[row[user], row[step]]] = row }
    let (userField, stepField) = (
      try #require(header.firstIndex(of: "user_id")),
      try #require(header.firstIndex(of: "time_step"))
    )
    #expect(lines.count > 50)
    for line in lines.dropFirst() {
      let key = [Double(line[userField]), Double(line[stepField])]
      let row = try #require(found[key], "no row of \(key)")
      for (field, place) in places.enumerated() where !isClose(row[place], Double(line[field])) {
        Issue.record(
          "\(header[field]) of \(key): \(String(describing: row[place])), expected \(line[field])"
        )
        return
      }
    }
  }

  @Test func totalsAreThoseOfTheReference() throws {
    let model = try Self.model.get()
    let step = try model.place("time_step")
    let lines = try lines("customer_model_totals.csv")
    #expect(lines.count == 3 * (model.names.count - 3) + 1)
    for line in lines.dropFirst() {
      let place = try model.place(line[1])
      let values = model.rows.filter { $0[step] == Double(line[0]) }.compactMap { $0[place] }
      #expect(values.count == Int(line[2]), "values of \(line[1]) in \(line[0])")
      let told = [values.reduce(0, +), values.min(), values.max()]
      for (value, text) in zip(told, line[3...]) where !isClose(value, Double(text)) {
        Issue.record("\(line[1]) in \(line[0]): \(String(describing: value)), expected \(text)")
        return
      }
    }
  }
}
