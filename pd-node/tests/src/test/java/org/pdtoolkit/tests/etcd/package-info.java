/** etcd's unmodified Java client against clusters of real processes. */
package org.pdtoolkit.tests.etcd;
