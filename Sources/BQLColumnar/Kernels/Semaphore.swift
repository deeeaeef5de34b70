import Glibc

/// Counts what one thread tells another: a semaphore of the C library.
@safe final class Semaphore: @unchecked Sendable {
  /// Looks that a waiting thread takes before it sleeps: some microseconds, as long as it takes to
  /// be woken.
  private static let looks = 4_000

  // It must stay where it was made.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    // Allocated, given back and used as a C object here alone.
    unsafe semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    unsafe semaphore.initialize(to: sem_t())
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func signal() { unsafe sem_post(semaphore) }

  /// Sleeps until there is a signal, and takes it.
  func wait() {
    // Interrupted by a signal of the system it waits on.
    while unsafe sem_wait(semaphore) != 0 {}
  }

  /// As ``wait()``, for a signal that is expected at any moment: it looks out awhile before it
  /// sleeps.
  func waitAwake() {
    for _ in 0..<Self.looks where unsafe sem_trywait(semaphore) == 0 { return }
    wait()
  }
}
