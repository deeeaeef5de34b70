/// Holds a pattern of `LIKE`, ready to match.
struct LikePattern: Sendable {
  private enum Element: Hashable, Sendable {
    case byte(UInt8)
    case anyScalar
    case anyText
  }

  private var elements: [Element] = []
  private let ignoresCase: Bool

  /// - Throws: ``FunctionError/badArgument(_:)`` when the pattern ends with the escaping `\`.
  init(_ pattern: Utf8, ignoresCase: Bool) throws(FunctionError) {
    self.ignoresCase = ignoresCase
    let pattern = ignoresCase ? Scalars.lowercased(pattern) : pattern
    var index = pattern.startIndex
    while index < pattern.endIndex {
      switch pattern[index] {
      case UInt8(ascii: "%"): if elements.last != .anyText { elements.append(.anyText) }
      case UInt8(ascii: "_"): elements.append(.anyScalar)
      case UInt8(ascii: "\\"):
        index += 1
        guard index < pattern.endIndex else {
          throw .badArgument("a LIKE pattern does not end with '\\'")
        }
        elements.append(.byte(pattern[index]))
      default: elements.append(.byte(pattern[index]))
      }
      index += 1
    }
  }

  /// Says whether the whole of `text` fits.
  ///
  /// Each `%` first takes nothing and is widened by one character where what follows fails; only
  /// the last `%` met needs widening, since an earlier one that matched is as good as any.
  ///
  /// - Complexity: O(|text| · |pattern|).
  func matches(_ text: Utf8) -> Bool {
    let text = ignoresCase ? Scalars.lowercased(text) : text
    var position = text.startIndex
    var element = 0
    var retry: (element: Int, position: Int)?
    while position < text.endIndex {
      if element < elements.count, let next = step(elements[element], text, position) {
        if elements[element] == .anyText { retry = (element + 1, position) }
        element += 1
        position = next
      } else if let last = retry {
        // Widening by a byte is enough: an element never matches from inside a character, except
        // `_`, which refuses to.
        retry = (last.element, last.position + 1)
        element = last.element
        position = last.position + 1
      } else {
        return false
      }
    }
    while element < elements.count, elements[element] == .anyText { element += 1 }
    return element == elements.count
  }

  /// Returns the position behind what `element` takes at `position`, or nil.
  private func step(_ element: Element, _ text: Utf8, _ position: Int) -> Int? {
    switch element {
    case .anyText: return position
    case .byte(let byte): return text[position] == byte ? position + 1 : nil
    case .anyScalar:
      guard Scalars.isStart(text[position]) else { return nil }
      var end = position + 1
      while end < text.endIndex, !Scalars.isStart(text[end]) { end += 1 }
      return end
    }
  }
}
