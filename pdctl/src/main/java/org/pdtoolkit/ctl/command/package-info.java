/**
 * The commands, a class per noun, and the one model of words, flags and arguments that feeds
 * parsing, help, completion and the manual.
 *
 * <p>May import {@code client}, {@code render} and picocli; never JLine. Nouns are built only when
 * they are named, because building all of them would show in the start-up time. Start reading at
 * {@link org.pdtoolkit.ctl.command.CommandTree} and {@link
 * org.pdtoolkit.ctl.command.CommandRunner}.
 */
package org.pdtoolkit.ctl.command;
