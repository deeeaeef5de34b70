import BQLOutput
import BQLSyntax
import BehaviorQuery

/// Completes the word at the end of a text, by its place in the grammar.
struct Completer {
  private let names: CompletionNames

  init(_ names: CompletionNames) {
    self.names = names
  }

  /// Completes the end of `text`, which may hold earlier lines of the statement.
  func complete(_ text: String) -> LineEditor.Completion {
    if text.first == ".", !text.contains("\n") { return completeDotCommand(text) }
    let (place, word) = CompletionPlace.find(in: text)
    switch place {
    case .file: return complete(word, among: FileNames.candidates(for: word), isFile: true)
    case .eventText(let log):
      return complete(word, among: events(of: log).map { Candidate($0) }, suffix: "'")
    default: return complete(word, among: candidates(at: place, word: word))
    }
  }

  /// Holds what can be inserted, and how it is listed.
  struct Candidate: Equatable {
    var text: String
    var isKeyword = false

    init(_ text: String, isKeyword: Bool = false) {
      self.text = text
      self.isKeyword = isKeyword
    }
  }

  private func candidates(at place: CompletionPlace, word: String) -> [Candidate] {
    switch place {
    case .statement: return Self.keywords(Self.verbs)
    case .subject:
      return Self.keywords([
        .tables, .functions, .settings, .segments, .models, .storage, .loads,
      ])
    case .table: return names.tables.map { Candidate(BQLName.quoted($0)) }
    case .featureSet:
      return ["base", "rfm", "engagement", "customer_model"].map { Candidate($0) }
    case .model: return names.models.map { Candidate(BQLName.quoted($0)) }
    case .attribute: return names.attributes.map { Candidate(BQLName.quoted($0)) }
    case .setting: return names.settings.map { Candidate($0) }
    case .event(let log): return events(of: log).map { Candidate(BQLName.quoted($0)) }
    case .expression(let table, let verb):
      let columns = (columns(of: table) + names.attributes).map { Candidate(BQLName.quoted($0)) }
      // Nothing typed yet: the log's own columns, not every word there is.
      if word.isEmpty { return columns }
      return columns + names.functions.map { Candidate($0 + "(") }
        + Self.keywords(Self.operators + Self.clauses(of: verb))
    case .keyword(let verb): return Self.keywords(Self.clauses(of: verb))
    case .eventText, .file: return []
    }
  }

  private func events(of log: String?) -> [String] {
    let wanted = (log ?? "events").lowercased()
    let own = names.events.filter { $0.table.lowercased() == wanted }
    return (own.isEmpty && log == nil ? names.events : own).flatMap(\.names)
  }

  private func columns(of table: String?) -> [String] {
    let wanted = (table ?? "events").lowercased()
    let own = names.columns.filter { $0.table.lowercased() == wanted }
    if own.isEmpty, wanted == "users" { return [] }
    var seen: Set<String> = []
    return (own.isEmpty ? names.columns : own).flatMap(\.names).filter { seen.insert($0).inserted }
  }

  private func completeDotCommand(_ text: String) -> LineEditor.Completion {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2 else {
      return complete(text, among: DotCommand.all.map { Candidate($0.name) }, suffix: " ")
    }
    let argument = String(words[1])
    switch words[0] {
    case ".mode":
      let formats = FormatName.written.map { Candidate($0.rawValue) }
      return complete(argument, among: formats, suffix: " ")
    case ".timer": return complete(argument, among: [Candidate("on"), Candidate("off")])
    case ".schema": return complete(argument, among: names.tables.map { Candidate($0) })
    case ".read", ".output", ".once":
      return complete(argument, among: FileNames.candidates(for: argument), isFile: true)
    default: return .none
    }
  }

  /// Completes `word` as far as all candidates agree; lists them where that adds nothing.
  private func complete(
    _ word: String,
    among candidates: [Candidate],
    suffix: String = "",
    isFile: Bool = false
  ) -> LineEditor.Completion {
    let folded = word.lowercased()
    var matches = isFile ? candidates : candidates.filter { $0.text.lowercased().hasPrefix(folded) }
    matches = matches.map { Candidate(Self.cased($0, like: word), isKeyword: $0.isKeyword) }
    var seen: Set<String> = []
    matches = matches.filter { seen.insert($0.text).inserted }
    guard let first = matches.first else { return .none }
    if matches.count == 1 {
      // A comma or an operator may follow a name at once, a word another word never.
      return insertion(of: first.text + (first.isKeyword ? " " : suffix), over: word)
    }
    let common = matches.dropFirst().reduce(first.text) { Self.commonPrefix($0, $1.text) }
    if common.count > word.count { return insertion(of: common, over: word) }
    return .list(matches.map { isFile ? FileNames.shown($0.text) : $0.text })
  }

  private func insertion(of text: String, over word: String) -> LineEditor.Completion {
    if text.hasPrefix(word) { return .insert(removed: 0, text: String(text.dropFirst(word.count))) }
    return .insert(removed: word.unicodeScalars.count, text: text)
  }

  /// Spells a keyword in lower case where the user has begun it so.
  private static func cased(_ candidate: Candidate, like word: String) -> String {
    let isLower = !word.isEmpty && word == word.lowercased()
    return candidate.isKeyword && isLower ? candidate.text.lowercased() : candidate.text
  }

  private static func commonPrefix(_ first: String, _ second: String) -> String {
    String(zip(first, second).prefix { $0 == $1 }.map(\.0))
  }

  private static func keywords(_ keywords: [Keyword]) -> [Candidate] {
    keywords.map { Candidate($0.rawValue, isKeyword: true) }
  }

  private static let verbs: [Keyword] = [
    .load, .describe, .summarize, .show, .select, .from, .funnel, .paths, .transitions, .match,
    .sessions, .timing, .retention, .lifecycle, .stickiness, .active, .intervals, .heatmap, .rfm,
    .features, .segment, .assign, .correlate, .train, .evaluate,
    .predict, .campaign, .save, .let, .drop, .open, .check, .compact, .erase, .set, .include,
    .assert, .explain,
    .help,
  ]

  /// The clauses that all behaviour statements share.
  private static let behavior: [Keyword] = [
    .from, .where, .per, .user, .session, .since, .until, .by, .top, .into,
  ]

  private static let operators: [Keyword] = [
    .and, .or, .not, .in, .is, .null, .like, .ilike, .between, .case, .when, .then, .else, .end,
    .cast, .date, .timestamp, .true, .false,
  ]

  /// Lists the words of a statement's clauses; without a verb those of questions.
  private static func clauses(of verb: Keyword?) -> [Keyword] {
    switch verb {
    case .funnel:
      [
        .from, .where, .per, .user, .session, .since, .until, .within, .by, .top, .with, .total,
        .attribute, .first, .each, .held, .last, .step, .entry, .any, .every, .mode, .loose,
        .strict,
        .noRepeat, .ties, .allow, .source, .deny, .tolerance, .holding, .excluding, .users, .mature,
        .only, .show, .steps, .times, .trend, .lift, .loss, .at, .dropped, .before, .after,
        .compare,
        .vs, .as, .or, .into,
      ]
    case .retention:
      behavior + [
        .of, .any, .first, .recurring, .return, .every, .day, .week, .month, .for, .clock,
        .calendar, .rolling, .count, .on, .or, .after, .brackets, .measure, .users, .revenue,
        .orders,
      ]
    case .lifecycle, .stickiness, .active: behavior + [.of, .any, .every, .day, .week, .month]
    case .intervals, .heatmap: behavior + [.of, .any]
    case .paths:
      behavior + [
        .on, .steps, .start, .end, .at, .around, .before, .after, .keep, .collapse, .loops,
        .compare, .vs, .as, .edges, .sequences,
      ]
    case .transitions: behavior + [.on, .keep, .collapse, .loops]
    case .match: behavior + [.within, .of, .previous, .ties, .allow, .source]
    case .sessions: behavior + [.using, .gap, .max, .on, .show, .sessions, .summary]
    case .timing:
      behavior + [
        .any, .to, .holding, .show, .summary, .curve, .at, .test, .against, .value, .landmark, .for,
      ]
    case .rfm: behavior + [.as, .of, .scores]
    case .segment:
      [
        .rules, .power, .auto, .on, .rfm, .features, .using, .kmeans, .gmm, .quantiles, .covariance,
        .full, .diagonal, .scale, .logz, .zscore, .robust, .seed, .starts, .value, .as, .of, .from,
        .where, .at, .else,
      ]
    case .assign: [.from, .as, .of]
    case .correlate:
      [
        .rfm, .features, .with, .method, .pearson, .spearman, .mutual, .from, .where, .as, .of,
        .into,
      ]
    case .features:
      [
        .using, .as, .of, .snapshots, .horizon, .margin, .offer, .keep, .accept, .beta, .minimum,
        .purchases, .filled, .unfilled, .from, .where, .into,
      ]
    case .load:
      [
        .as, .table, .key, .user, .time, .event, .session, .item, .value, .dedup, .exact, .force,
        .where, .on, .error, .stop, .skip, .null, .rejects, .into, .csv, .delimiter, .quote,
        .escape, .header, .nulls, .dates, .dmy, .mdy, .decimals, .true, .false,
      ]
    case .train, .evaluate, .predict, .campaign, .explain, .save: modelClauses(of: verb)
    default: shortClauses(of: verb)
    }
  }

  private static func shortClauses(of verb: Keyword?) -> [Keyword] {
    switch verb {
    case .summarize: [.by, .into]
    case .assert: [.message]
    case .let: [.users, .select, .from, .where, .since, .until, .group, .by, .filter]
    case .drop: [.users, .model]
    case .check: [.store]
    case .erase: [.user]
    default:
      [
        .from, .where, .group, .by, .having, .order, .limit, .offset, .into, .as, .distinct, .all,
        .desc, .asc, .nulls, .first, .last, .filter,
      ]
    }
  }

  private static func modelClauses(of verb: Keyword?) -> [Keyword] {
    switch verb {
    case .train:
      [
        .as, .from, .where, .per, .session, .after, .events, .horizon, .snapshots, .features,
        .using,
        .gbdt, .logistic, .split, .time, .user, .on, .calibrate, .isotonic, .platt, .weights,
        .balanced, .monotone, .up, .down, .tune, .seed,
      ]
    case .evaluate:
      [.top, .by, .show, .measures, .deciles, .calibration, .thresholds, .into]
    case .predict: [.from, .as, .of, .where, .into]
    case .campaign:
      [
        .offer, .keep, .accept, .beta, .value, .as, .of, .show, .users, .curve, .summary, .into,
      ]
    case .explain:
      [
        .analyze, .model, .for, .user, .show, .importance, .dependence, .interactions, .top,
      ]
    case .save: [.model, .into, .format, .bql, .xgboost, .lightgbm]
    default: []
    }
  }
}
