/**
 * Checkers over recorded histories: what clients saw decides whether the servers kept a promise.
 */
package org.pdtoolkit.tests.check;
