package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The children of an XML text's root element, by byte position, so that one attribute can be
 * replaced and every other byte stays. Only children count: what stands deeper (a guest's own
 * metadata may hold anything) is skipped.
 *
 * <p>Knows what libvirt writes into cookies and domain XML: elements, attributes, comments, CDATA
 * and processing instructions. A DOCTYPE is refused. Bytes behind the root (a cookie ends in a NUL)
 * are ignored.
 */
final class RootChildren {
  /**
   * @param tagStart the position of {@code <}
   * @param tagEnd the position behind the start tag's {@code >}
   * @param contentEnd the position of the end tag, {@code tagEnd} for an empty element
   */
  record Child(String name, int tagStart, int tagEnd, int contentEnd) {}

  /** ISO 8859-1, so that one char is one byte. */
  private final String xml;

  private final List<Child> children = new ArrayList<>();
  private int position;
  private int depth;
  private int childStart;
  private int childTagEnd;

  private RootChildren(String xml) {
    this.xml = xml;
  }

  static RootChildren of(ByteBuffer xml) throws RpcException {
    RootChildren found =
        new RootChildren(StandardCharsets.ISO_8859_1.decode(xml.duplicate()).toString());
    found.scan();
    return found;
  }

  static RootChildren of(String xml) throws RpcException {
    return of(StandardCharsets.UTF_8.encode(xml));
  }

  Optional<Child> first(String name) {
    return children.stream().filter(child -> child.name().equals(name)).findFirst();
  }

  List<Child> all(String name) {
    return children.stream().filter(child -> child.name().equals(name)).toList();
  }

  /** The children of a child, by byte position in it. */
  RootChildren inside(Child child) throws RpcException {
    RootChildren found = new RootChildren(xml.substring(child.tagStart()));
    found.scan();
    return found;
  }

  /** The text of the first child of that name, its character references replaced. */
  Optional<String> text(String name) {
    return first(name).map(child -> unescaped(xml.substring(child.tagEnd(), child.contentEnd())));
  }

  /** The attribute of a start tag: where its value begins and ends between the quotes. */
  Optional<XmlAttribute> attribute(Child child, String name) {
    return XmlAttribute.find(xml, child, name);
  }

  /** The value of an attribute, its character references replaced. */
  Optional<String> text(Child child, String attribute) {
    return attribute(child, attribute).map(found -> unescaped(found.value()));
  }

  private static String unescaped(String latin1) {
    String utf8 = new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return utf8.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&");
  }

  private void scan() throws RpcException {
    boolean rootEnded = false;
    while (!rootEnded) {
      position = xml.indexOf('<', position);
      if (position < 0) {
        throw malformed("no end of the root element");
      }
      if (xml.startsWith("<!--", position)) {
        skipBehind("-->");
      } else if (xml.startsWith("<![CDATA[", position)) {
        skipBehind("]]>");
      } else if (xml.startsWith("<?", position)) {
        skipBehind("?>");
      } else if (xml.startsWith("<!", position)) {
        throw malformed("a declaration");
      } else if (xml.startsWith("</", position)) {
        rootEnded = endTag();
      } else {
        rootEnded = startTag();
      }
    }
  }

  private boolean startTag() throws RpcException {
    int start = position;
    boolean empty = skipStartTag();
    if (depth == 1) {
      childStart = start;
      childTagEnd = position;
      if (empty) {
        addChild(position);
      }
    }
    if (!empty) {
      depth++;
    }
    return empty && depth == 0;
  }

  private boolean endTag() throws RpcException {
    int start = position;
    skipBehind(">");
    depth--;
    if (depth < 0) {
      throw malformed("an end tag before any element");
    }
    if (depth == 1) {
      addChild(start);
    }
    return depth == 0;
  }

  private void addChild(int contentEnd) {
    int end = childStart + 1;
    while (" \t\r\n/>".indexOf(xml.charAt(end)) < 0) {
      end++;
    }
    children.add(
        new Child(xml.substring(childStart + 1, end), childStart, childTagEnd, contentEnd));
  }

  /** Leaves the position behind the tag; a {@code >} inside quotes does not end it. */
  private boolean skipStartTag() throws RpcException {
    char quote = 0;
    for (int i = position + 1; i < xml.length(); i++) {
      char c = xml.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        position = i + 1;
        return xml.charAt(i - 1) == '/';
      }
    }
    throw malformed("a start tag without end");
  }

  private void skipBehind(String end) throws RpcException {
    int found = xml.indexOf(end, position);
    if (found < 0) {
      throw malformed("no '%s'".formatted(end));
    }
    position = found + end.length();
  }

  private RpcException malformed(String problem) {
    return new RpcException("XML byte %d: %s".formatted(Math.max(position, 0), problem));
  }
}
