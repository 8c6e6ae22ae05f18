package org.pdtoolkit.storage;

/**
 * One configuration key of a backend.
 *
 * @param name key without the backend's prefix, lower case with dashes
 * @param defaultValue text form of the default
 * @param description one sentence, unit and bounds included
 */
public record StorageOption(String name, String defaultValue, String description) {}
