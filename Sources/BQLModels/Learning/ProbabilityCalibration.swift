import BQLJSON

/// Turns margins into probabilities by what happened to rows that training had not seen.
package enum ProbabilityCalibration: Hashable, Sendable {
  case isotonic(IsotonicCalibration)
  case platt(PlattCalibration)

  /// Names a method.
  package enum Method: String, Hashable, Sendable, CaseIterable {
    case isotonic
    case platt
  }

  /// Fits margins to labels of 0 and 1.
  ///
  /// - Throws: As ``IsotonicCalibration/init(scores:labels:weights:)`` and
  ///   ``PlattCalibration/init(scores:labels:weights:)``.
  package init(
    _ method: Method,
    margins: [Double],
    labels: [Double],
    weights: [Double]? = nil
  ) throws(ModelError) {
    if let row = labels.firstIndex(where: { $0 != 0 && $0 != 1 }) { throw .label(row: row) }
    switch method {
    case .isotonic:
      self = .isotonic(try IsotonicCalibration(scores: margins, labels: labels, weights: weights))
    case .platt:
      self = .platt(try PlattCalibration(scores: margins, labels: labels, weights: weights))
    }
  }

  /// Returns the probability of a margin.
  package func probability(of margin: Double) -> Double {
    switch self {
    case .isotonic(let curve): curve.value(of: margin)
    case .platt(let curve): curve.probability(of: margin)
    }
  }

  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("method")
    switch self {
    case .isotonic(let curve):
      writer.string(Method.isotonic.rawValue)
      writer.numbers("scores", curve.scores)
      writer.numbers("values", curve.values)
    case .platt(let curve):
      writer.string(Method.platt.rawValue)
      writer.name("slope")
      writer.number(curve.slope)
      writer.name("intercept")
      writer.number(curve.intercept)
    }
    writer.endObject()
  }

  init(fields: JSONFields) throws(ModelExchangeError) {
    switch Method(rawValue: try fields.text("method")) {
    case .isotonic:
      let scores = try fields.numbers("scores")
      let values = try fields.numbers("values", count: scores.count)
      guard !scores.isEmpty, zip(scores, scores.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw .malformed(fields.path + ".scores")
      }
      self = .isotonic(IsotonicCalibration(scores: scores, values: values))
    case .platt:
      self = .platt(
        PlattCalibration(
          slope: try fields.number("slope"),
          intercept: try fields.number("intercept")
        )
      )
    case nil: throw .malformed(fields.path + ".method")
    }
  }
}
