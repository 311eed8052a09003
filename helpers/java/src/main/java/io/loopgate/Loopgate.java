package io.loopgate;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class whose tests take a {@link Sandbox}: one for all classes with the same templates, as if it were new but for
 * its stacks before each test. A failed test tells what happened to its packets.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LoopgateExtension.class)
public @interface Loopgate {
  /** What the sandbox deploys. None: the sandbox of AWS_ENDPOINT_URL, as of {@code loopgate exec}. */
  String[] templates() default {};

  /** Further arguments of {@code loopgate up}. */
  String[] args() default {};
}
