import Glibc

extension WorkspaceOptions {
  /// The processors that this process may run on.
  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
