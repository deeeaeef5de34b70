/// Lists every code that a message can carry; `docs/errors.md` explains each.
///
/// B00xx words and sentences, B01xx statements, B02xx names and types, B03xx data and files, B04xx
/// running, B09xx the program itself. A code, once published, keeps its meaning.
package enum DiagnosticCode: String, Hashable, Sendable, CaseIterable {
  // Words and sentences.
  case unexpectedCharacter = "B0001"
  case unterminatedText = "B0002"
  case unterminatedComment = "B0003"
  case badNumber = "B0004"
  case badDuration = "B0005"
  case unexpectedToken = "B0101"
  case repeatedClause = "B0102"
  case missingClause = "B0103"
  case nestingTooDeep = "B0104"
  // Names and types.
  case unknownTable = "B0201"
  case unknownColumn = "B0202"
  case unknownFunction = "B0203"
  case unknownEvent = "B0204"
  case unknownSetting = "B0205"
  case unknownParameter = "B0206"
  case ambiguousName = "B0207"
  case typeMismatch = "B0208"
  case wrongArguments = "B0209"
  case badLiteral = "B0210"
  case misplacedAggregate = "B0211"
  case notGrouped = "B0212"
  case nameTaken = "B0213"
  case missingRole = "B0214"
  case badFunnel = "B0215"
  case badSetting = "B0216"
  case notALog = "B0217"
  case unknownTopic = "B0218"
  case badClause = "B0219"
  case staleAttribute = "B0220"
  case repeatedUser = "B0221"
  // Data and files.
  case fileNotFound = "B0301"
  case fileUnreadable = "B0302"
  case notData = "B0303"
  case badData = "B0304"
  case tooManyBadRows = "B0305"
  case missingLibrary = "B0306"
  case fileUnwritable = "B0307"
  case rolesUnknown = "B0308"
  // Running.
  case divisionByZero = "B0401"
  case overflow = "B0402"
  case castFailed = "B0403"
  case assertionFailed = "B0404"
  case interrupted = "B0405"
  case outOfMemory = "B0406"
  case includeLoop = "B0407"
  // The program itself.
  case notImplemented = "B0900"
  case internalError = "B0901"
  case badUsage = "B0902"
}
