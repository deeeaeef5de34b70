import BQLStorage
import BQLTestSupport

/// Loads texts as logs, from files in a folder of a test.
struct LogFiles {
  let folder = TemporaryFolder()

  /// Loads the file of this text.
  func log(
    _ text: String,
    roles: [(role: Role, column: String)] = [],
    aliases: [(value: String, name: String)] = [],
    _ change: (inout LoadRequest) -> Void = { _ in }
  ) throws(LoadError) -> EventLog {
    try log(path: folder.write(text), roles: roles, aliases: aliases, change)
  }

  /// Loads a file.
  func log(
    path: String,
    roles: [(role: Role, column: String)] = [],
    aliases: [(value: String, name: String)] = [],
    _ change: (inout LoadRequest) -> Void = { _ in }
  ) throws(LoadError) -> EventLog {
    var request = LoadRequest(
      paths: [path],
      name: "events",
      kind: .log(roles: roles, eventAliases: aliases),
      threads: 2
    )
    change(&request)
    return try Loader.prepare(request).loadLog()
  }

  /// Says why the file of this text is not loaded; nil where it is.
  func error(
    _ text: String,
    roles: [(role: Role, column: String)] = [],
    _ change: (inout LoadRequest) -> Void = { _ in }
  ) -> LoadError? {
    do throws(LoadError) {
      _ = try log(text, roles: roles, change)
      return nil
    } catch {
      return error
    }
  }
}
