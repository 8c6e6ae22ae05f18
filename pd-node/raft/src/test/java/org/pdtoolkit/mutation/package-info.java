/** Runs tests on the product with a bug planted in its sources; for the tests of all modules. */
package org.pdtoolkit.mutation;
