import BQLColumnar
import BQLModels
import BQLPlanning

/// Holds what is predicted of each row, as numbers.
struct ModelLabels: Sendable {
  /// NaN where it is not known; 0 and 1 of classes.
  let values: [Double]
  let isClassification: Bool
  /// What a label of 1 means, in words.
  let positive: String

  /// Works out the labels of a plan's rows.
  init(_ plan: TrainPlan, _ rows: ModelRows) throws(ExecutionError) {
    switch plan.target {
    case .churn:
      self.init(rows, isClassification: true, positive: "has no purchase in the horizon")
    case .returning:
      self.init(rows, isClassification: true, positive: "has an event in the horizon")
    case .conversion(let events):
      self.init(rows, isClassification: true, positive: "buys after the first \(events) events")
    case .revenue:
      self.init(rows, isClassification: false, positive: "")
    case .highValue:
      self.init(
        Self.highest(rows.label?.numbers ?? [], rows.times ?? []),
        isClassification: true,
        positive: "is among those who make 80 % of the horizon's revenue"
      )
    case .column(let name): self = try ModelLabels(column: name, plan, rows)
    }
  }

  private init(_ rows: ModelRows, isClassification: Bool, positive: String) {
    self.init(
      rows.label?.numbers ?? [Double](repeating: .nan, count: rows.rowCount),
      isClassification: isClassification,
      positive: positive
    )
  }

  private init(_ values: [Double], isClassification: Bool, positive: String) {
    self.values = values
    self.isClassification = isClassification
    self.positive = positive
  }

  private init(column name: String, _ plan: TrainPlan, _ rows: ModelRows) throws(ExecutionError) {
    guard let column = rows.label else { throw .internal("a model without a label") }
    if let numbers = column.numbers {
      values = numbers
      let different = Set(numbers.lazy.filter { !$0.isNaN }.prefix(100_000))
      let isBinary = column.type == .bool || different.isSubset(of: [0, 1])
      isClassification =
        plan.learner.method == .logistic
        || plan.learner.loss.map { $0 == "logistic" } ?? isBinary
      positive = column.type == .bool ? "\(name) is true" : "\(name) is 1"
      if isClassification, let wrong = numbers.first(where: { !$0.isNaN && $0 != 0 && $0 != 1 }) {
        throw .unfit(
          "classes are 0 and 1, and '\(name)' holds \(FeatureText.number(wrong))",
          hint: "TRAIN (\(name) > 0) FROM …, or USING gbdt(loss = squared)"
        )
      }
      return
    }
    guard case .texts(let codes, let dictionary) = column.values else {
      throw .unfit(
        "'\(name)' is a \(column.type.rawValue), which is neither a class nor a number",
        hint: "a condition is a class: TRAIN (\(name) > …) FROM …"
      )
    }
    let texts = codes.indices.map { column.isValid($0) ? dictionary[Int(codes[$0])] : nil }
    let different = Set(texts.compactMap { $0 }).sorted()
    guard different.count == 2 else {
      throw .unfit(
        "'\(name)' has \(different.count) different texts, and a model tells two classes apart",
        hint: different.first.map { "TRAIN (\(name) = '\($0)') FROM …" }
      )
    }
    values = texts.map { text in text.map { $0 == different[1] ? 1 : 0 } ?? .nan }
    isClassification = true
    positive = "\(name) is '\(different[1])'"
  }

  /// Marks those who, from the largest amount on, make the share of the whole together; equal amounts
  /// are marked alike, and each time is a whole of its own.
  private static func highest(_ amounts: [Double], _ times: [Double]) -> [Double] {
    var labels = [Double](repeating: 0, count: amounts.count)
    var byTime: [Double: [Int]] = [:]
    for row in amounts.indices {
      byTime[row < times.count ? times[row] : 0, default: []].append(row)
    }
    for rows in byTime.values {
      let order = rows.sorted { (amounts[$1], $0) < (amounts[$0], $1) }
      let total = order.reduce(0) { $0 + max(amounts[$1], 0) }
      var sum = 0.0
      var last = Double.infinity
      for row in order where amounts[row] > 0 {
        // What is as much as the last one that was needed counts with it.
        if sum >= TrainPlan.Target.highValueShare * total, amounts[row] < last { break }
        sum += amounts[row]
        last = amounts[row]
        labels[row] = 1
      }
    }
    return labels
  }
}
