package io.loopgate;

import java.util.LinkedHashMap;
import java.util.Map;

/** Chooses events: {@code Filter.event("discarded").reason("no-egress-region")}. */
public final class Filter {
  final Map<String, String> query = new LinkedHashMap<>();

  private Filter() {}

  public static Filter any() {
    return new Filter();
  }

  /** Of this kind: received, sent, discarded, … */
  public static Filter event(String kind) {
    return any().with("event", kind);
  }

  public Filter reason(String code) {
    return with("reason", code);
  }

  public Filter listener(String name) {
    return with("listener", name);
  }

  /** Only events with a greater {@code seq}. */
  public Filter after(long seq) {
    return with("after", Long.toString(seq));
  }

  private Filter with(String name, String value) {
    query.put(name, value);
    return this;
  }
}
