/// Breaks a column's title into lines, behind underscores and blanks.
enum TableTitle {
  /// Returns the fewest terminal columns, at least `least`, that the title takes in two lines.
  static func narrowestWidth(of title: String, atLeast least: Int) -> Int {
    let whole = DisplayWidth.of(title)
    guard least < whole else { return least }
    let widths = max(least, 1)..<whole
    return widths.first { width in
      let lines = lines(of: title, width: width)
      return lines.count <= 2 && lines.allSatisfy { DisplayWidth.of($0) <= width }
    } ?? whole
  }

  /// Returns lines of at most `width` terminal columns, but for a piece that is longer alone.
  static func lines(of title: String, width: Int) -> [String] {
    var lines: [String] = []
    for piece in pieces(of: title) {
      if let last = lines.last, DisplayWidth.of(trimmed(last + piece)) <= width {
        lines[lines.count - 1] = last + piece
      } else {
        lines.append(piece)
      }
    }
    return lines.map(trimmed)
  }

  private static func pieces(of title: String) -> [String] {
    var pieces: [String] = []
    var piece = ""
    for character in title {
      piece.append(character)
      if character == "_" || character == " " {
        pieces.append(piece)
        piece = ""
      }
    }
    return piece.isEmpty ? pieces : pieces + [piece]
  }

  private static func trimmed(_ piece: String) -> String {
    piece.last == " " ? String(piece.dropLast()) : piece
  }
}
