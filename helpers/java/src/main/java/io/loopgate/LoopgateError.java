package io.loopgate;

/** What was expected of the sandbox did not happen; the message says what did. */
public class LoopgateError extends AssertionError {
  private static final long serialVersionUID = 1L;

  public LoopgateError(String message) {
    super(message);
  }

  LoopgateError(String message, Throwable cause) {
    super(message, cause);
  }
}
