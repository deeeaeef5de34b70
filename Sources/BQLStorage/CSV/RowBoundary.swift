/// Finds where rows end, byte by byte: the one definition of quoting, which every faster reader
/// agrees with.
///
/// A field is quoted if its first byte is the quote; inside, two quotes stand for one, and
/// delimiters and line ends are text. Any other quote is text. A quoted field that is not closed
/// within ``Dialect/longestQuotedField`` bytes, or at all, makes a bad row that ends with its line.
struct RowBoundary {
  let dialect: Dialect

  /// Where a row ends.
  enum End: Equatable {
    /// The next row starts at this position.
    case at(Int)
    /// The text goes on behind what is there.
    case beyond
  }

  /// Returns where the row that starts at `start` ends; `isComplete` says that nothing follows the
  /// text, which then ends in a line feed.
  func end(of start: Int, in text: TextView, isComplete: Bool) -> End {
    var position = start
    var fieldStart = start
    while position < text.count {
      let byte = text[position]
      if byte == Dialect.lineFeed { return .at(position + 1) }
      if byte == dialect.delimiter {
        fieldStart = position + 1
      } else if byte == dialect.quote, position == fieldStart {
        switch closingQuote(of: position, in: text) {
        case .closed(let closing): position = closing
        case .unclosed: return lineEnd(from: start, in: text, isComplete: isComplete)
        case .beyond:
          guard isComplete else { return .beyond }
          return lineEnd(from: start, in: text, isComplete: true)
        }
      }
      position += 1
    }
    return isComplete ? .at(text.count) : .beyond
  }

  enum Closing: Equatable {
    case closed(Int)
    case unclosed
    case beyond
  }

  /// Returns the position of the quote that closes the field opened at `opening`.
  func closingQuote(of opening: Int, in text: TextView) -> Closing {
    let limit = opening + Dialect.longestQuotedField
    var position = opening + 1
    while position < text.count {
      if position > limit { return .unclosed }
      if text[position] == dialect.quote {
        // A quote at the end of what is there may be the first half of a doubled one.
        if position + 1 == text.count { return .beyond }
        if text[position + 1] != dialect.quote { return .closed(position) }
        position += 1
      }
      position += 1
    }
    return position > limit ? .unclosed : .beyond
  }

  private func lineEnd(from start: Int, in text: TextView, isComplete: Bool) -> End {
    var position = start
    while position < text.count {
      if text[position] == Dialect.lineFeed { return .at(position + 1) }
      position += 1
    }
    return isComplete ? .at(text.count) : .beyond
  }
}
