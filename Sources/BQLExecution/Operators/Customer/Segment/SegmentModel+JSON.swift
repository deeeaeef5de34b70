package import BQLJSON
import BQLModels

/// What a segmentation has learnt as a document: `features`, `names`, `group_of`, and `rule`, an object
/// whose `kind` is "centres", "mixture", "cuts", "names" or "threshold".
extension SegmentModel {
  package var json: JSONValue {
    .object([
      JSONMember("features", .array(features.map { .string($0) })),
      JSONMember("names", .array(names.map { .string($0) })),
      JSONMember("group_of", .array(groupOf.map { .int(Int64($0)) })),
      JSONMember("rule", rule.json),
    ])
  }

  /// Reads a document; nil where its parts make no model.
  package init?(json: JSONValue) {
    guard let features = json["features"]?.texts, let names = json["names"]?.texts,
      let places = json["group_of"]?.numbers, let rule = json["rule"].flatMap(Rule.init(json:)),
      places.allSatisfy({ $0 >= 0 && $0 < Double(names.count) && $0 == $0.rounded() }),
      rule.groupCount.map({ $0 == places.count }) ?? true,
      rule.featureCount.map({ $0 == features.count }) ?? true
    else { return nil }
    self.init(rule: rule, groupOf: places.map { Int32($0) }, names: names, features: features)
  }
}

extension SegmentModel.Rule {
  /// The clusters or bins that need a group; nil where the rule has none.
  fileprivate var groupCount: Int? {
    switch self {
    case .centres(let centres, _): centres.rowCount
    case .mixture(let mixture, _): mixture.components.count
    case .cuts(let cuts): cuts.binCount
    case .names, .threshold: nil
    }
  }

  /// The features that the rule looks at; nil where that is for others to say.
  fileprivate var featureCount: Int? {
    switch self {
    case .centres(let centres, _): centres.columnCount
    case .mixture(let mixture, _): mixture.components.first?.mean.count
    case .cuts: 1
    case .names, .threshold: nil
    }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .centres(let centres, let scaling):
      let rows = (0..<centres.rowCount).map { row in
        let start = row * centres.columnCount
        return JSONValue(numbers: Array(centres.values[start..<start + centres.columnCount]))
      }
      return Self.object("centres", [("centres", .array(rows)), ("scaling", scaling.json)])
    case .mixture(let mixture, let scaling):
      let components = mixture.components.map { component in
        JSONValue.object([
          JSONMember("weight", JSONValue(double: component.weight)),
          JSONMember("mean", JSONValue(numbers: component.mean)),
          JSONMember("covariance", JSONValue(numbers: component.covariance)),
        ])
      }
      return Self.object(
        "mixture",
        [
          ("covariance", .string(mixture.covariance.rawValue)), ("components", .array(components)),
          ("scaling", scaling.json),
        ]
      )
    case .cuts(let cuts):
      return Self.object(
        "cuts",
        [
          ("cuts", JSONValue(numbers: cuts.cuts)), ("requested", .int(Int64(cuts.requested))),
          ("is_empty", .bool(cuts.binCount == 0)),
        ]
      )
    case .names: return Self.object("names", [])
    case .threshold(let threshold):
      return Self.object("threshold", [("threshold", JSONValue(double: threshold))])
    }
  }

  private static func object(_ kind: String, _ members: [(String, JSONValue)]) -> JSONValue {
    .object([JSONMember("kind", .string(kind))] + members.map { JSONMember($0, $1) })
  }

  fileprivate init?(json: JSONValue) {
    switch json["kind"]?.text {
    case "centres":
      guard let rows = json["centres"]?.elements?.map(\.numbers),
        let scaling = json["scaling"].flatMap(Scaling.init(json:)),
        let centres = Self.matrix(rows), centres.columnCount == scaling.columns.count
      else { return nil }
      self = .centres(centres, scaling)
    case "mixture":
      guard let mixture = Self.mixture(json),
        let scaling = json["scaling"].flatMap(Scaling.init(json:)),
        mixture.components.allSatisfy({ $0.mean.count == scaling.columns.count })
      else { return nil }
      self = .mixture(mixture, scaling)
    case "cuts":
      guard let cuts = json["cuts"]?.numbers, let requested = json["requested"]?.int,
        let isEmpty = json["is_empty"]?.bool,
        let restored = QuantileCuts(restoring: cuts, requested: Int(requested), isEmpty: isEmpty)
      else { return nil }
      self = .cuts(restored)
    case "names": self = .names
    case "threshold":
      guard let threshold = json["threshold"]?.number else { return nil }
      self = .threshold(threshold)
    default: return nil
    }
  }

  private static func matrix(_ rows: [[Double]?]) -> Matrix? {
    let rows = rows.compactMap { $0 }
    guard let count = rows.first?.count, rows.allSatisfy({ $0.count == count }) else { return nil }
    return try? Matrix(rowCount: rows.count, columnCount: count, values: rows.flatMap { $0 })
  }

  private static func mixture(_ json: JSONValue) -> GaussianMixture? {
    guard let covariance = json["covariance"]?.text.flatMap(MixtureCovariance.init(rawValue:)),
      let elements = json["components"]?.elements
    else { return nil }
    let components = elements.compactMap { element -> MixtureComponent? in
      guard let weight = element["weight"]?.number, let mean = element["mean"]?.numbers,
        let variances = element["covariance"]?.numbers
      else { return nil }
      return MixtureComponent(weight: weight, mean: mean, covariance: variances)
    }
    guard components.count == elements.count else { return nil }
    return GaussianMixture(restoring: components, covariance)
  }
}

extension Scaling {
  fileprivate var json: JSONValue {
    .array(
      columns.map { column in
        .object([
          JSONMember("method", .string(column.method.rawValue)),
          JSONMember("centre", JSONValue(double: column.centre)),
          JSONMember("spread", JSONValue(double: column.spread)),
          JSONMember("skewness", column.skewness.map { JSONValue(double: $0) } ?? .null),
          JSONMember("is_constant", .bool(column.isConstant)),
        ])
      }
    )
  }

  fileprivate init?(json: JSONValue) {
    guard let elements = json.elements else { return nil }
    let columns = elements.compactMap { element -> ColumnScale? in
      guard let method = element["method"]?.text.flatMap(ScalingMethod.init(rawValue:)),
        let centre = element["centre"]?.number, let spread = element["spread"]?.number,
        spread != 0, let isConstant = element["is_constant"]?.bool
      else { return nil }
      return ColumnScale(
        method: method,
        centre: centre,
        spread: spread,
        skewness: element["skewness"]?.number,
        isConstant: isConstant
      )
    }
    guard columns.count == elements.count else { return nil }
    self.init(columns: columns)
  }
}

extension JSONValue {
  /// A number; one that JSON has no digits for is its name.
  fileprivate init(double: Double) {
    self = double.isFinite ? .number(double) : .string("\(double)")
  }

  fileprivate init(numbers: [Double]) { self = .array(numbers.map { JSONValue(double: $0) }) }

  /// The value of a number, or of the name of one.
  fileprivate var number: Double? {
    if let double { return double }
    return text.flatMap { ["inf", "-inf", "nan"].contains($0) ? Double($0) : nil }
  }

  /// The elements of a list of numbers alone.
  fileprivate var numbers: [Double]? {
    guard let elements else { return nil }
    let numbers = elements.compactMap(\.number)
    return numbers.count == elements.count ? numbers : nil
  }

  /// The elements of a list of texts alone.
  fileprivate var texts: [String]? {
    guard let elements else { return nil }
    let texts = elements.compactMap(\.text)
    return texts.count == elements.count ? texts : nil
  }
}
