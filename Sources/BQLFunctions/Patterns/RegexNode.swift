/// Holds a regular expression as parsed.
indirect enum RegexNode: Hashable, Sendable {
  case empty
  case set(RegexSet)
  case start
  case end
  case wordBoundary(negated: Bool)
  case sequence([RegexNode])
  case alternatives([RegexNode])
  /// At least `minimum` times, at most `maximum`; nil is without limit. Lazy takes as few as it can.
  case repeated(RegexNode, minimum: Int, maximum: Int?, isLazy: Bool)
  /// What group `number`, from 1, takes.
  case group(RegexNode, number: Int)
}

/// Tells which characters one place of a pattern accepts.
struct RegexSet: Hashable, Sendable {
  /// Names the sets that have a letter or a POSIX name.
  enum Class: Hashable, Sendable {
    case digit
    case word
    case space
    case letter
    case alphanumeric
    case lower
    case upper
    case punctuation
    case hexDigit

    /// `\d` is 0…9; the others take all of Unicode.
    func contains(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .digit: return scalar >= "0" && scalar <= "9"
      case .word: return scalar == "_" || Class.alphanumeric.contains(scalar)
      case .space: return scalar.properties.isWhitespace
      case .letter: return scalar.properties.isAlphabetic
      case .alphanumeric: return Class.digit.contains(scalar) || scalar.properties.isAlphabetic
      case .lower: return scalar.properties.isLowercase
      case .upper: return scalar.properties.isUppercase
      case .punctuation:
        return scalar.isASCII
          ? scalar.value > 32 && scalar.value < 127 && !Class.alphanumeric.contains(scalar)
          : scalar.properties.generalCategory.isPunctuation
      case .hexDigit: return scalar.isASCII && Character(scalar).isHexDigit
      }
    }
  }

  private var ranges: [ClosedRange<Unicode.Scalar>] = []
  private var classes: [Class] = []
  private var negatedClasses: [Class] = []
  var isNegated = false
  var ignoresCase = false

  /// Accepts every character.
  static let any: RegexSet = {
    var set = RegexSet()
    set.isNegated = true
    return set
  }()

  mutating func insert(_ range: ClosedRange<Unicode.Scalar>) { ranges.append(range) }

  mutating func insert(_ name: Class, negated: Bool) {
    if negated { negatedClasses.append(name) } else { classes.append(name) }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var isMember = holds(scalar)
    if ignoresCase, !isMember {
      isMember = holds(Self.folded(scalar, upper: false)) || holds(Self.folded(scalar, upper: true))
    }
    return isMember != isNegated
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar) } || classes.contains { $0.contains(scalar) }
      || negatedClasses.contains { !$0.contains(scalar) }
  }

  /// Returns the other case where that is one character, else the character itself.
  private static func folded(_ scalar: Unicode.Scalar, upper: Bool) -> Unicode.Scalar {
    if scalar.isASCII {
      let isLetter = (scalar.value | 0x20) >= 97 && (scalar.value | 0x20) <= 122
      guard isLetter else { return scalar }
      let value = UInt8(truncatingIfNeeded: scalar.value)
      return Unicode.Scalar(upper ? value & ~0x20 : value | 0x20)
    }
    let mapped =
      upper ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
    let scalars = mapped.unicodeScalars
    return scalars.count == 1 ? scalars.first ?? scalar : scalar
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isPunctuation: Bool {
    switch self {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }
}
