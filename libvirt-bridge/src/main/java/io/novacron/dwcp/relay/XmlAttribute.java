package io.novacron.dwcp.relay;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An attribute of a start tag, written with either kind of quote.
 *
 * @param valueStart the position behind the opening quote
 * @param valueEnd the position of the closing quote
 */
record XmlAttribute(String value, int valueStart, int valueEnd) {
  private static final Pattern ATTRIBUTE =
      Pattern.compile("\\s([^\\s=/>\"']+)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)')");

  static Optional<XmlAttribute> find(String xml, RootChildren.Child child, String name) {
    Matcher attribute = ATTRIBUTE.matcher(xml).region(child.tagStart(), child.tagEnd());
    while (attribute.find()) {
      if (name.equals(attribute.group(1))) {
        int group = attribute.group(2) != null ? 2 : 3;
        return Optional.of(
            new XmlAttribute(attribute.group(group), attribute.start(group), attribute.end(group)));
      }
    }
    return Optional.empty();
  }
}
