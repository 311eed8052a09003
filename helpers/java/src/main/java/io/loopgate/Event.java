package io.loopgate;

/** Of the journal; docs/API.md has its members. What does not apply is null or 0. */
public record Event(long seq, String at, String event, String tag, long batch, String listener, String destination,
    String region, String subject, String remote, int size, int count, String text, String reason, String remedy) {}
