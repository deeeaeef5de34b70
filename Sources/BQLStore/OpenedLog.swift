package import BQLStorage

/// Holds a log of a store that was opened, or why it could not be.
package struct OpenedLog: Sendable {
  package let name: String
  package let log: EventLog?
  package let failure: StoreError?

  init(_ name: String, _ result: Result<EventLog, StoreError>) {
    self.name = name
    switch result {
    case .success(let log): (self.log, failure) = (log, nil)
    case .failure(let error): (log, failure) = (nil, error)
    }
  }
}
