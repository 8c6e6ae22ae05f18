/** How the founders of a cluster find each other, against stand-ins for the services they ask. */
package org.pdtoolkit.tests.discovery;
