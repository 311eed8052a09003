package io.loopgate;

import java.util.List;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.SearchOption;

/** What {@link Loopgate} does. */
public class LoopgateExtension implements BeforeEachCallback, ParameterResolver, TestExecutionExceptionHandler {
  /** It ends with the run. */
  private record Running(Sandbox sandbox) implements ExtensionContext.Store.CloseableResource {
    @Override
    public void close() {
      sandbox.close();
    }
  }

  private record Wanted(List<String> templates, List<String> args) {}

  /** Printed below the failure, which stays what it is. */
  private static final class Story extends Throwable {
    private static final long serialVersionUID = 1L;

    Story(String story) {
      super("what happened to the packets\n" + story, null, false, false);
    }

    @Override
    public String toString() {
      return "Loopgate: " + getMessage();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    sandbox(context).reset();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Sandbox.class;
  }

  @Override
  public Sandbox resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return sandbox(context);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable problem) throws Throwable {
    try {
      problem.addSuppressed(new Story(sandbox(context).story()));
    } catch (LoopgateError silent) {
      problem.addSuppressed(silent);
    }
    throw problem;
  }

  private static Sandbox sandbox(ExtensionContext context) {
    var annotation = AnnotationSupport.findAnnotation(
        context.getRequiredTestClass(), Loopgate.class, SearchOption.INCLUDE_ENCLOSING_CLASSES);
    var wanted = annotation.map(found -> new Wanted(List.of(found.templates()), List.of(found.args())))
        .orElse(new Wanted(List.of(), List.of()));
    return context.getRoot().getStore(ExtensionContext.Namespace.create(LoopgateExtension.class))
        .getOrComputeIfAbsent(wanted, each -> new Running(open(each)), Running.class).sandbox();
  }

  private static Sandbox open(Wanted wanted) {
    if (!wanted.templates().isEmpty()) {
      return Sandbox.start(wanted.templates(), wanted.args());
    }
    var endpoint = System.getenv("AWS_ENDPOINT_URL");
    if (endpoint == null) {
      throw new LoopgateError("no template: give @Loopgate(templates = …), or run `loopgate exec TEMPLATE -- mvn test`");
    }
    return new Sandbox(endpoint);
  }
}
