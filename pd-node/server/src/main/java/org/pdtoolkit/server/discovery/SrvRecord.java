package org.pdtoolkit.server.discovery;

import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import javax.naming.CompositeName;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * Where a service runs.
 *
 * @param target host name without the dot at its end
 */
record SrvRecord(String target, int port) {

    /**
     * Asks for {@code _service._tcp.domain}; records in the order of target and port, so that every
     * asker sees the same one.
     *
     * @param domain {@code dns:///domain}, or {@code dns://server[:port]/domain} to ask that server
     *     instead of the system's
     * @throws NamingException when the servers do not answer, or that there is no such record
     */
    // What makes JNDI dangerous are objects that a directory answers with; DNS answers with text.
    @SuppressWarnings("BanJNDI")
    static List<SrvRecord> lookUp(URI domain, String service) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        String server = domain.getRawAuthority();
        environment.put(Context.PROVIDER_URL, server == null ? "dns:" : "dns://" + server);
        String name = "_" + service + "._tcp." + domain.getPath().substring(1);
        InitialDirContext dns = new InitialDirContext(environment);
        try {
            Attribute answer =
                    dns.getAttributes(new CompositeName().add(name), new String[] {"SRV"})
                            .get("SRV");
            if (answer == null) {
                throw new NamingException("no such record: " + name);
            }
            List<SrvRecord> records = new ArrayList<>();
            NamingEnumeration<?> texts = answer.getAll();
            while (texts.hasMore()) {
                records.add(parse(texts.next().toString()));
            }
            records.sort(Comparator.comparing(SrvRecord::target).thenComparingInt(SrvRecord::port));
            return records;
        } finally {
            dns.close();
        }
    }

    /** From {@code priority weight port target}. */
    private static SrvRecord parse(String text) {
        String[] parts = text.split(" ");
        return new SrvRecord(parts[3].replaceAll("\\.$", ""), Integer.parseInt(parts[2]));
    }
}
