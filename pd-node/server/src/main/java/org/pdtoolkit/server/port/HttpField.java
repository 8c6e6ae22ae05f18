package org.pdtoolkit.server.port;

/** One header field of an HTTP message. Names are compared without regard to case. */
public record HttpField(String name, String value) {}
