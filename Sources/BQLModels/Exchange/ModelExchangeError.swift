package import BQLJSON

/// Says why a model cannot be read from a file, or cannot be written in a format.
package enum ModelExchangeError: Error, Hashable, Sendable {
  /// The bytes are no JSON document.
  case json(JSONError)
  /// A part is missing or not what the format has there; the text names it.
  case malformed(String)
  /// A part has a meaning that the format, or this program, does not know; the text names it.
  case unsupported(String)
  /// The parts do not make a model.
  case model(ModelError)
}
