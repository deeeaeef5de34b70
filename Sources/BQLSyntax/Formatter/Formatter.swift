/// Prints syntax trees as canonical text.
///
/// What it prints reads back as the same tree, places aside: `parse(print(s)) == s`. Parentheses
/// stand only where the tree needs them, keywords are in capitals, names as written.
package enum Formatter {
  /// Prints a statement without its `;`.
  package static func print(_ statement: Statement) -> String {
    switch statement.kind {
    case .query(let query, let into):
      print(query) + (into.map { " INTO " + quote($0.path) } ?? "")
    case .load(let load): print(load)
    case .letName(let statement): "LET \(print(statement.name)) = " + print(statement.query)
    case .letAttribute(let statement): print(statement)
    case .attach(let query, _): print(query) + " INTO users"
    case .segment(let statement): print(statement)
    case .assign(let statement): print(statement)
    case .train(let statement): print(statement)
    case .attachPrediction(let question, let name): print(question) + " AS " + print(name)
    case .saveModel(let statement): print(statement)
    case .loadModel(let statement): print(statement)
    case .dropModel(let name): "DROP MODEL " + print(name)
    case .dropAttribute(let name): "DROP users." + print(name)
    case .dropTable(let name): "DROP " + print(name)
    case .open(let statement): "OPEN " + quote(statement.path)
    case .checkStore: "CHECK STORE"
    case .compact(let name): "COMPACT" + (name.map { " " + print($0) } ?? "")
    case .erase(let erase): "ERASE USER " + print(erase.user)
    case .set(let statement):
      "SET \(statement.isParameter ? "PARAM " : "")\(print(statement.name)) = "
        + printSetting(statement.value)
    case .include(let path): "INCLUDE " + quote(path)
    case .assert(let statement):
      "ASSERT \(print(statement.condition))"
        + (statement.message.map { " MESSAGE " + quote($0) } ?? "")
    case .help(let topic): "HELP" + (topic.map { " " + printTopic($0.name) } ?? "")
    case .unimplemented(let feature): feature
    }
  }

  private static func print(_ attribute: AttributeStatement) -> String {
    let head = "LET users.\(print(attribute.name)) = "
    switch attribute.definition {
    case .query(let query): return head + print(query)
    case .expression(let user):
      var parts = [print(user.expression)]
      if let from = user.from { parts.append("FROM " + printAlone(from)) }
      if let condition = user.condition { parts.append("WHERE " + print(condition)) }
      if let since = user.since { parts.append("SINCE " + print(since)) }
      if let until = user.until { parts.append("UNTIL " + print(until)) }
      return head + parts.joined(separator: " ")
    }
  }

  /// Prints a query.
  package static func print(_ query: Query) -> String {
    switch query.kind {
    case .select(let statement): print(statement)
    case .funnel(let statement): print(statement)
    case .retention(let statement): print(statement)
    case .lifecycle(let statement): print(statement)
    case .stickiness(let statement): print(statement)
    case .active(let statement): print(statement)
    case .intervals(let statement): print(statement)
    case .heatmap(let statement): print(statement)
    case .paths(let statement): print(statement)
    case .transitions(let statement): print(statement)
    case .match(let statement): print(statement)
    case .sessions(let statement): print(statement)
    case .timing(let statement): print(statement)
    case .rfm(let statement): print(statement)
    case .correlate(let statement): print(statement)
    case .features(let statement): print(statement)
    case .describe(let statement):
      "DESCRIBE " + (statement.isFeatureSet ? "FEATURES " : "") + print(statement.table)
    case .summarize(let statement):
      "SUMMARIZE " + printAlone(statement.table)
        + (statement.by.isEmpty ? "" : " BY " + list(statement.by))
    case .show(let statement): "SHOW " + statement.subject.rawValue
    case .showSegment(let statement): print(statement)
    case .model(let question): print(question)
    case .explain(let statement):
      "EXPLAIN " + (statement.isAnalyze ? "ANALYZE " : "") + print(statement.query)
    // What it says is not kept; in an expression the verb alone would be read as a column.
    case .unimplemented(let feature): feature + " '…'"
    }
  }

  /// Prints a name, in double quotes where it was or must be.
  package static func print(_ name: Identifier) -> String {
    if !name.isQuoted, isWord(name.name) { return name.name }
    return "\"" + doubled("\"", in: name.name) + "\""
  }

  private static func print(_ load: LoadStatement) -> String {
    var text = "LOAD " + load.paths.map { quote($0.text) }.joined(separator: ", ")
    if let name = load.name {
      text += (load.isPlainTable ? " AS TABLE " : " AS ") + print(name)
      if let key = load.key { text += " KEY " + print(key) }
    }
    if !load.roles.isEmpty {
      text += " (" + load.roles.map(print).joined(separator: ", ") + ")"
    }
    if load.dedupExact != nil { text += " DEDUP EXACT" }
    if load.force != nil { text += " FORCE" }
    if let condition = load.condition { text += " WHERE " + print(condition) }
    if let onError = load.onError { text += " ON ERROR " + onError.value.rawValue }
    if let rejects = load.rejectsInto { text += " REJECTS INTO " + quote(rejects.path) }
    if let csv = load.csv { text += " CSV (" + options(of: csv).joined(separator: ", ") + ")" }
    return text
  }

  private static func options(of csv: CSVClause) -> [String] {
    let texts = [
      ("DELIMITER", csv.delimiter), ("QUOTE", csv.quote), ("ESCAPE", csv.escape),
      ("NULLS", csv.nulls), ("DECIMALS", csv.decimals),
    ]
    var options = texts.compactMap { word, text in text.map { word + " " + quote($0.value) } }
    if let header = csv.header { options.append("HEADER " + (header.value ? "TRUE" : "FALSE")) }
    if let skip = csv.skip { options.append("SKIP \(skip.value)") }
    if let dates = csv.dates { options.append("DATES " + dates.value.rawValue) }
    return options
  }

  private static func print(_ clause: LoadStatement.RoleClause) -> String {
    let text = clause.role.name.uppercased() + " " + print(clause.column)
    if clause.aliases.isEmpty { return text }
    let aliases = clause.aliases.map { print($0.value) + " AS " + print($0.name) }
    return text + " (" + aliases.joined(separator: ", ") + ")"
  }

  /// Prints a setting's value, where a reserved word alone is a name.
  private static func printSetting(_ value: Expression) -> String {
    if case .column(nil, let name) = value.kind { return print(name) }
    return print(value)
  }

  /// Prints what HELP is asked about: words as they are, anything else as a text.
  private static func printTopic(_ topic: String) -> String {
    let words = topic.split(separator: " ", omittingEmptySubsequences: false)
    let isPlain = words.allSatisfy { word in
      word.utf8.first.map { !(48...57).contains($0) } == true
        && word.utf8.allSatisfy {
          (97...122).contains($0 | 0x20) || (48...57).contains($0) || $0 == 95
        }
    }
    return isPlain ? topic : quote(topic)
  }

  /// Prints a text in single quotes.
  static func quote(_ text: String) -> String {
    "'" + doubled("'", in: text) + "'"
  }

  static func list(_ expressions: [Expression]) -> String {
    expressions.map { print($0) }.joined(separator: ", ")
  }

  static func list(_ names: [Identifier]) -> String {
    names.map { print($0) }.joined(separator: ", ")
  }

  private static func doubled(_ quote: Character, in text: String) -> String {
    // Characters would hide a quote that a combining mark follows.
    var result = ""
    for scalar in text.unicodeScalars {
      if Character(scalar) == quote { result.append(quote) }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  /// Whether the name reads back as one bare word.
  private static func isWord(_ name: String) -> Bool {
    let tokens = Lexer.tokenize(Array(name.utf8)).tokens
    return tokens.count == 2 && tokens[0].isWord && tokens[0].range.end == name.utf8.count
  }
}
