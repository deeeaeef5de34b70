import BQLModels
import Glibc

/// Trains, reads, explains and writes models of tables in a folder, and tells how long it took.
///
/// The folder holds `shape` (rows, columns, training rows, and a letter a column, `n` numbers or `c`
/// categories), `x.bin` (doubles, column by column) and `y.bin`. Arguments after it are `name=value`.
///
/// - `model=FILE` and `format=bql|lightgbm|xgboost` read a model instead of training one.
/// - `loss`, `trees`, `leaves`, `rate`, `seed`, `threads`, `l2`, `minimumRows` train one.
/// - `out=FOLDER` receives `margins.bin` of the rows behind the training rows, `shap.bin` and the
///   model in three formats.
/// - `shap=N` explains the first N of those rows.
@main
enum ModelRunner {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let folder = arguments.first else { throw RunnerError.usage }
    var given: [String: String] = [:]
    for argument in arguments.dropFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { throw RunnerError.usage }
      given[String(parts[0])] = String(parts[1])
    }
    let rows = try RunnerRows(folder)
    let threads = given["threads"].flatMap { Int($0) } ?? 2
    let test = try rows.table(rows.training..<rows.count)
    var model: NamedTrees
    if let file = given["model"] {
      model = try read(RunnerFiles.bytes(file), given["format"] ?? "bql")
    } else {
      let table = try rows.table(0..<rows.training)
      let labels = Array(rows.labels[..<rows.training])
      let options = try options(given)
      model = try timed("train") {
        let trees = try BoostedTrees(table, labels: labels, options, threads: threads)
        return try NamedTrees(trees, names: (0..<rows.columns).map { "f\($0)" })
      }
    }
    let trees = model.model
    let margins = try timed("predict") { try trees.margins(of: test, threads: threads) }
    if trees.loss == .logistic {
      let ranked = try RankedScores(
        scores: margins,
        labels: Array(rows.labels[rows.training...])
      )
      print("auc \(ranked.rocAUC() ?? .nan)")
    }
    let out = given["out"]
    if let out { try RunnerFiles.write(margins, out + "/margins.bin") }
    if let count = given["shap"].flatMap({ Int($0) }) {
      let first = try rows.table(rows.training..<min(rows.training + count, rows.count))
      let found = try timed("shap") {
        try TreeExplainer(trees).values(of: first, threads: threads)
      }
      print("gap \(found.largestGap)")
      if let out {
        try RunnerFiles.write(found.values.values + [found.expected], out + "/shap.bin")
      }
    }
    guard let out, given["model"] == nil else { return }
    try RunnerFiles.write(Array(LightGBMText.write(model).utf8), out + "/model.txt")
    try RunnerFiles.write(XGBoostJSON.write(model), out + "/model.json")
    let document = try ModelDocument(.trees(trees), names: model.names)
    try RunnerFiles.write(document.json(), out + "/model.bql.json")
  }

  private static func options(_ given: [String: String]) throws -> BoostingOptions {
    let losses: [String: BoostingLoss] = [
      "logistic": .logistic, "squared": .squared, "poisson": .poisson, "quantile": .quantile(0.7),
    ]
    guard let loss = losses[given["loss"] ?? "logistic"] else { throw RunnerError.usage }
    var options = BoostingOptions(loss)
    func number(_ name: String) -> Double? { given[name].flatMap { Double($0) } }
    options.trees = number("trees").map { Int($0) } ?? options.trees
    options.leaves = number("leaves").map { Int($0) } ?? options.leaves
    options.minimumRows = number("minimumRows").map { Int($0) } ?? options.minimumRows
    options.rate = number("rate") ?? options.rate
    options.l2 = number("l2") ?? options.l2
    options.seed = number("seed").map { UInt64($0) } ?? options.seed
    return options
  }

  private static func read(_ bytes: [UInt8], _ format: String) throws -> NamedTrees {
    switch format {
    case "lightgbm": return try LightGBMText.read(String(decoding: bytes, as: UTF8.self))
    case "xgboost": return try XGBoostJSON.read(bytes)
    default:
      let document = try ModelDocument(json: bytes)
      guard case .trees(let trees) = document.learner else { throw RunnerError.usage }
      return try NamedTrees(trees, names: document.names)
    }
  }

  private static func timed<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result
  {
    let (wall, processor) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    let result = try body()
    let wallSeconds = seconds(CLOCK_MONOTONIC) - wall
    let processorSeconds = seconds(CLOCK_PROCESS_CPUTIME_ID) - processor
    print("\(name) \(wallSeconds) \(processorSeconds)")
    return result
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    // The C function writes through the pointer.
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// Says why there is nothing to run.
enum RunnerError: Error {
  case usage
  case file(String)
}

/// Holds the rows of a folder.
struct RunnerRows {
  let count: Int
  let columns: Int
  let training: Int
  let labels: [Double]
  private let values: [Double]
  private let kinds: [FeatureKind]

  init(_ folder: String) throws {
    let shape = String(decoding: try RunnerFiles.bytes(folder + "/shape"), as: UTF8.self)
    let words = shape.split { $0.isWhitespace }
    let sizes = words.prefix(3).compactMap { Int($0) }
    guard words.count == 4, sizes.count == 3 else { throw RunnerError.file("shape") }
    (count, columns, training) = (sizes[0], sizes[1], sizes[2])
    kinds = words[3].map { $0 == "c" ? .category : .number }
    values = try RunnerFiles.doubles(folder + "/x.bin")
    labels = try RunnerFiles.doubles(folder + "/y.bin")
    guard values.count == count * columns, labels.count == count, kinds.count == columns else {
      throw RunnerError.file("x.bin")
    }
  }

  func table(_ rows: Range<Int>) throws -> FeatureTable {
    try FeatureTable(
      (0..<columns).map { column in
        let start = column * count
        return FeatureColumn(
          Array(values[start + rows.lowerBound..<start + rows.upperBound]),
          kinds[column]
        )
      }
    )
  }
}

/// Reads and writes whole files.
enum RunnerFiles {
  static func bytes(_ path: String) throws -> [UInt8] {
    // The stream is opened and closed here, and read into an array of the size asked for.
    guard let file = unsafe fopen(path, "rb") else { throw RunnerError.file(path) }
    defer { unsafe fclose(file) }
    var all: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe fread(&block, 1, block.count, file)
      if count == 0 { return all }
      all += block[..<count]
    }
  }

  static func doubles(_ path: String) throws -> [Double] {
    let bytes = try bytes(path)
    return (0..<bytes.count / 8).map { place in
      var bits: UInt64 = 0
      for byte in 0..<8 { bits |= UInt64(bytes[place * 8 + byte]) << UInt64(8 * byte) }
      return Double(bitPattern: bits)
    }
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    // As above.
    guard let file = unsafe fopen(path, "wb") else { throw RunnerError.file(path) }
    defer { unsafe fclose(file) }
    guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw RunnerError.file(path)
    }
  }

  static func write(_ values: [Double], _ path: String) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 8)
    for value in values {
      for byte in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * byte)))
      }
    }
    try write(bytes, path)
  }
}
