/**
 * Members that end as kill -9 ends them, at named points of the write path.
 *
 * <p>The points exist in the tests only: {@link org.pdtoolkit.tests.crash.CrashAgent}, a Java
 * agent, weaves them into the classes of a member when it starts. The product knows nothing of
 * them.
 */
package org.pdtoolkit.tests.crash;
