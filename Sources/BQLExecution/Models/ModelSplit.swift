import BQLColumnar
import BQLModels
import BQLPlanning

/// Parts rows into those to learn from, those to end training by, and those to judge by.
struct ModelSplit: Sendable {
  /// All rows to learn from, ascending.
  private(set) var training: [Int32]
  private(set) var test: [Int32]
  /// The part of the training rows that trees are grown on before their number is known.
  private(set) var growing: [Int32] = []
  /// The part of the training rows that tells when they are enough.
  private(set) var validation: [Int32] = []
  /// Rows in neither part, for their time is not known.
  private(set) var undated = 0
  /// Rows in neither part, for their label was not known yet when the test began.
  private(set) var purged = 0
  /// How it was done, in words.
  private(set) var description: String

  /// The share of the rows that is the test, where times part them.
  private static let testShare = 0.25
  /// The share of the training rows that training is ended by.
  private static let validationShare = 0.2

  /// Parts rows of known label.
  init(_ rows: ModelRows, known: [Int32], _ plan: TrainPlan) {
    switch plan.split {
    case .user(let share):
      (training, test) = Self.drawn(known, rows.groups, share, plan.seed, stream: 0x7E57)
      var what = "users"
      if case .table = plan.rows.owner { what = plan.rows.key == nil ? "rows" : "keys" }
      description = "\(Self.percent(share)) of the \(what) to test, none of them on both sides"
      (growing, validation) = Self.drawn(
        training,
        rows.groups,
        Self.validationShare,
        plan.seed,
        stream: 0x7A11
      )
    case .time:
      let times = rows.times ?? []
      if case .users(let owner) = plan.rows.owner {
        // Snapshot 1 is the newest: its horizon is the log's last.
        test = known.filter { times[Int($0)] == -1 }
        training = known.filter { times[Int($0)] < -1 }
        growing = training.filter { times[Int($0)] < -2 }
        validation = training.filter { times[Int($0)] == -2 }
        let older = NoteText.count(owner.cutoffs.count - 1, "older cutoffs")
        description = "\(older) to learn from, the newest to test"
      } else {
        let timed = known.filter { !times[Int($0)].isNaN }
        undated = known.count - timed.count
        (training, test) = Self.newest(timed, times, Self.testShare)
        let before = training.count
        if let start = test.map({ times[Int($0)] }).min(), let ends = rows.labelEnds {
          // A label that is known only once the test has begun would tell of the test.
          training = training.filter { ends[Int($0)] < start }
        }
        purged = before - training.count
        description = "the newest quarter to test"
        (growing, validation) = Self.newest(training, times, Self.validationShare)
        if let start = validation.map({ times[Int($0)] }).min(), let ends = rows.labelEnds {
          growing = growing.filter { ends[Int($0)] < start }
        }
      }
      if growing.isEmpty || validation.isEmpty {
        (growing, validation) = Self.drawn(
          training,
          rows.groups,
          Self.validationShare,
          plan.seed,
          stream: 0x7A11
        )
      }
    }
  }

  /// Draws a share of the groups, with all their rows, as the second part.
  private static func drawn(
    _ rows: [Int32],
    _ groups: [Int32],
    _ share: Double,
    _ seed: UInt64,
    stream: UInt64
  ) -> ([Int32], [Int32]) {
    var order: [Int32] = []
    var seen = Set<Int32>()
    for row in rows where seen.insert(groups[Int(row)]).inserted { order.append(groups[Int(row)]) }
    var random = SeededStream(seed: seed, stream: stream)
    order.shuffle(using: &random)
    let count = Int((Double(order.count) * share).rounded())
    let chosen = Set(order.prefix(count))
    return (
      rows.filter { !chosen.contains(groups[Int($0)]) },
      rows.filter { chosen.contains(groups[Int($0)]) }
    )
  }

  /// Takes about the share of the newest rows as the second part; rows of one time stay together.
  private static func newest(
    _ rows: [Int32],
    _ times: [Double],
    _ share: Double
  ) -> ([Int32], [Int32]) {
    let sorted = Quantiles.sorted(rows.map { times[Int($0)] })
    guard let last = sorted.last else { return ([], []) }
    var limit = sorted[min(Int(Double(sorted.count) * (1 - share)), sorted.count - 1)]
    if limit == sorted.first { limit = last }
    return (
      rows.filter { times[Int($0)] < limit },
      rows.filter { times[Int($0)] >= limit }
    )
  }

  private static func percent(_ share: Double) -> String {
    let percent = share * 100
    return percent == percent.rounded() ? "\(Int(percent)) %" : "\(percent) %"
  }
}
