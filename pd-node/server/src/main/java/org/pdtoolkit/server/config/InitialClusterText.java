package org.pdtoolkit.server.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code name=url[,name=url...]}; a name may occur several times, a URL only once. */
public final class InitialClusterText {

    private InitialClusterText() {}

    /**
     * Peer URLs by name, both in the order given.
     *
     * @throws ConfigValueException naming every bad entry
     */
    public static Map<String, List<String>> parse(String text) throws ConfigValueException {
        Map<String, List<String>> members = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (String item : text.split(",", -1)) {
            String trimmed = item.trim();
            int equals = trimmed.indexOf('=');
            if (equals <= 0) {
                problems.add("expected NAME=URL[,NAME=URL...], got \"" + trimmed + "\"");
                continue;
            }
            String name = trimmed.substring(0, equals).trim();
            String address = trimmed.substring(equals + 1).trim();
            try {
                ConfigType.memberName().parser().parse(name);
                if (address.isEmpty()) {
                    throw new ConfigValueException("empty URL given for \"" + name + "\"");
                }
                String url = Urls.parse(address, false).toString();
                if (seen.contains(url)) {
                    throw new ConfigValueException(
                            "initial cluster " + text + " has duplicate url " + url);
                }
                seen.add(url);
                members.computeIfAbsent(name, ignored -> new ArrayList<>()).add(url);
            } catch (ConfigValueException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigValueException(String.join("; ", problems));
        }
        for (List<String> urls : members.values()) {
            Urls.requireCount(urls.size());
        }
        members.replaceAll((name, urls) -> List.copyOf(urls));
        return Collections.unmodifiableMap(members);
    }
}
