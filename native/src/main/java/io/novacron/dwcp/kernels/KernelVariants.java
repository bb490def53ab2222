package io.novacron.dwcp.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The variants in order of preference, Java last and always there; and which one this machine runs.
 *
 * @param chosen the first that loaded
 * @param refused those before it, with the reason of each, for the caller's log line
 */
public record KernelVariants(PageKernels chosen, List<Refusal> refused) {

  /**
   * A variant that could not be had.
   *
   * @param cause what loading threw, with its stack for a debug log
   */
  public record Refusal(String variant, Throwable cause) {

    public String reason() {
      String message = cause.getMessage();
      return message == null ? cause.getClass().getSimpleName() : message;
    }
  }

  /** A variant that may fail to load. */
  record Candidate(String variant, Supplier<PageKernels> loader) {}

  public KernelVariants {
    refused = List.copyOf(refused);
  }

  public static KernelVariants load() {
    return firstOf(List.of(new Candidate("native", NativePageKernels::load)));
  }

  /** LinkageError: no library, an unknown symbol, or native access that the JVM does not grant. */
  static KernelVariants firstOf(List<Candidate> candidates) {
    List<Refusal> refused = new ArrayList<>();
    for (Candidate candidate : candidates) {
      try {
        return new KernelVariants(candidate.loader().get(), refused);
      } catch (LinkageError | IllegalCallerException | IllegalStateException e) {
        refused.add(new Refusal(candidate.variant(), e));
      }
    }
    return new KernelVariants(new JavaPageKernels(), refused);
  }
}
