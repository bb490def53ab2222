package io.novacron.dwcp.kernels;

/** Whether libdwcp can be called; a library that is missing costs one attempt. */
final class LoadedLibrary {
  static final boolean IS_THERE = isThere();

  private LoadedLibrary() {}

  private static boolean isThere() {
    try {
      NativePageKernels.load();
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }
}
