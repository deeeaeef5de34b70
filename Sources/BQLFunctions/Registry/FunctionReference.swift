import BQLColumnar

/// Describes what an expression may call, of whatever kind: for HELP, SHOW FUNCTIONS, completion and
/// `docs/functions.md`.
package struct FunctionReference: Sendable {
  package let name: String
  package let aliases: [String]
  package let category: FunctionCategory
  /// The ways to call it, each on a line: `split_part(text, text, int) → text`.
  package let signatures: [String]
  package let summary: String
  /// What becomes of NULL, in a sentence; empty where the summary says it.
  package let nullRule: String
  package let examples: [FunctionExample]
  /// Where PostgreSQL does otherwise; empty where it does the same.
  package let differences: String

  package init(
    name: String,
    aliases: [String] = [],
    category: FunctionCategory,
    signatures: [String],
    summary: String,
    nullRule: String = "",
    examples: [FunctionExample],
    differences: String = ""
  ) {
    self.name = name
    self.aliases = aliases
    self.category = category
    self.signatures = signatures
    self.summary = summary
    self.nullRule = nullRule
    self.examples = examples
    self.differences = differences
  }
}

extension FunctionReference {
  init(_ function: ScalarFunction) {
    self.init(
      name: function.name,
      aliases: function.aliases,
      category: function.category,
      signatures: function.isWrittenByForms
        ? function.forms
        : function.forms
          + FunctionSignature.lines(
            function.name,
            function.overloads.map {
              FunctionSignature($0.parameters, isVariadic: $0.isVariadic, to: $0.result)
            }
          ),
      summary: function.summary,
      nullRule: function.nullRule.sentence,
      examples: function.examples,
      differences: function.differences
    )
  }

  init(_ function: AggregateFunction) {
    self.init(
      name: function.name,
      aliases: function.aliases,
      category: .aggregate,
      signatures: function.forms.isEmpty
        ? FunctionSignature.lines(
          function.name,
          function.overloads.map { FunctionSignature($0.parameters, to: $0.result) }
        ) : function.forms,
      summary: function.summary,
      nullRule: function.nullRule.sentence
        + (function.distinctOverloads.isEmpty ? "" : " Takes DISTINCT."),
      examples: function.examples,
      differences: function.differences
    )
  }
}

extension FunctionReference {
  init(_ function: WindowFunction) {
    self.init(
      name: function.name,
      category: .window,
      signatures: function.forms.map { form in
        "\(function.name)\(form)\(function.mayIgnoreNulls ? " [IGNORE NULLS]" : "") OVER (…)"
      },
      summary: function.summary,
      nullRule: function.mayIgnoreNulls ? "IGNORE NULLS passes over NULLs of the value." : "",
      examples: function.examples
    )
  }
}

extension ScalarFunction {
  /// Whether the forms are the only way to write it: operators, and words that are no names.
  fileprivate var isWrittenByForms: Bool {
    !forms.isEmpty && (["like", "ilike"].contains(name) || !(name.first?.isLetter ?? false))
  }
}

extension NullRule {
  /// The rule in words; empty where the summary says it.
  var sentence: String {
    switch self {
    case .propagates: "NULL if an argument is NULL."
    case .ignored: "NULLs are left out."
    case .special: ""
    }
  }
}

/// Writes the types of overloads, those that differ in one type alone on one line.
struct FunctionSignature {
  private let parameters: [DataType]
  private let isVariadic: Bool
  private let result: DataType

  init(_ parameters: [DataType], isVariadic: Bool = false, to result: DataType) {
    self.parameters = parameters
    self.isVariadic = isVariadic
    self.result = result
  }

  /// Returns `name(int, text) → bool` for each overload; three or more that are alike but for one
  /// type share a line, in which it is T.
  static func lines(_ name: String, _ signatures: [FunctionSignature]) -> [String] {
    var families: [(key: String, members: [FunctionSignature])] = []
    for signature in signatures {
      let key = signature.familyKey
      if let index = families.firstIndex(where: { $0.key == key }) {
        families[index].members.append(signature)
      } else {
        families.append((key, [signature]))
      }
    }
    var lines: [String] = []
    for family in families {
      guard family.members.count >= 3, let first = family.members.first else {
        lines += family.members.map { $0.line(name) }
        continue
      }
      if family.members.allSatisfy({ $0.parameters[0] == $0.result }) {
        lines.append(first.familyLine(name, "T", family.members))
      } else if family.members.allSatisfy({ $0.result == first.result }) {
        lines.append(first.familyLine(name, first.result.rawValue, family.members))
      } else {
        lines += family.members.map { $0.line(name) }
      }
    }
    return lines
  }

  /// The parameters with the first one's type written T: equal for overloads that are alike.
  private var familyKey: String {
    guard let first = parameters.first else { return "" }
    return parameters.map { $0 == first ? "T" : $0.rawValue }.joined(separator: ", ")
  }

  private func line(_ name: String) -> String {
    "\(name)(\(parameters.map(\.rawValue).joined(separator: ", "))\(isVariadic ? ", …" : "")) → "
      + result.rawValue
  }

  private func familyLine(
    _ name: String,
    _ result: String,
    _ members: [FunctionSignature]
  ) -> String {
    let types = members.map { $0.parameters[0] }
    let which =
      Set(types) == Set(DataType.allCases)
      ? "T any type" : "T one of " + types.map(\.rawValue).joined(separator: ", ")
    return "\(name)(\(familyKey)\(isVariadic ? ", …" : "")) → \(result), \(which)"
  }
}
