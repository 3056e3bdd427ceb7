#!/usr/bin/env python3
"""Writes the documents of this folder and their exclusive canonical forms, as libxml2 computes them.

    python3 generate.py            writes cases/NNN.xml, cases/NNN.c14n and cases.tsv

The documents come from a generator with a fixed seed. libxml2 is called through its C interface and not through lxml,
because lxml copies an element before it canonicalizes it, and the copy no longer has the declarations around it, which
a PrefixList needs; and it drops `#default` from a PrefixList. Where lxml can be asked, it is asked too and must agree.

cases.tsv has a line per case: its number, the index of the element that is canonicalized, the index of the element that
is left out or "-", and the PrefixList. Elements are counted from 0 in document order.
"""

import ctypes
import ctypes.util
import pathlib
import random

from lxml import etree

HERE = pathlib.Path(__file__).resolve().parent
COUNT = 150

NAMESPACES = [
    "urn:oasis:names:tc:SAML:2.0:assertion",
    "urn:oasis:names:tc:SAML:2.0:protocol",
    "http://www.w3.org/2000/09/xmldsig#",
    "http://www.w3.org/2001/XMLSchema-instance",
    "urn:a",
    "urn:b",
    "http://example.com/x?y=1;z=2#f",
]
PREFIXES = ["a", "b", "saml", "samlp", "ds", "xsi", "x-1", "\u00e9t\u00e9", "A", "_"]
LOCALS = ["Assertion", "Issuer", "a", "b", "Value", "z.1", "\u03b1\u03b2", "\U00010400x", "Zz", "_1"]
TEXTS = ["x", "some text", "\u00fc\u20ac\U0001f600", "1 > 0", "'quoted' \"twice\"", "]] >", "tab\there", "\u0085\u2028", "end"]
REFERENCES = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#13;", "&#xD;", "&#10;", "&#9;", "&#x20;", "&#xe9;", "&#x1F600;", "&#0065;"]
BREAKS = ["\n", "\r\n", "\r", " ", "\t", "\n  "]


class Writer:
    """A random document, as text that uses the freedoms of XML."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.out = []
        self.elements = 0

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, items):
        return items[self.random.randrange(len(items))]

    def document(self):
        if self.chance(40):
            self.out.append(self.pick(['<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8' standalone='no' ?>\r\n"]))
        if self.chance(20):
            self.out.append("<!-- before -->\n")
        self.element({"": ""}, 0)
        if self.chance(20):
            self.out.append("\n<!-- after -->")
        return "".join(self.out)

    def element(self, scope, depth):
        self.elements += 1
        scope = dict(scope)
        parts = []
        for prefix in sorted(set(self.pick(PREFIXES) for _ in range(self.pick([0, 0, 1, 2, 4])))):
            scope[prefix] = self.pick(NAMESPACES)
            parts.append(f"xmlns:{prefix}=" + self.quoted(scope[prefix]))
        if self.chance(25):
            scope[""] = self.pick(NAMESPACES + ["", ""])
            parts.append("xmlns=" + self.quoted(scope[""]))
        if self.chance(3):
            parts.append("xmlns:xml=" + self.quoted("http://www.w3.org/XML/1998/namespace"))
        prefixes = sorted(prefix for prefix in scope if prefix)
        prefix = self.pick(prefixes) if prefixes and self.chance(60) else ""
        name = (prefix + ":" if prefix else "") + self.pick(LOCALS)
        parts += self.attributes(scope, prefixes)
        self.random.shuffle(parts)
        self.out.append("<" + name)
        for part in parts:
            self.out.append(self.pick([" ", " ", "\n\t", "  ", "\r\n"]) + part)
        if self.chance(15):
            self.out.append(self.pick(["/>", " />", "\n/>"]))
            return
        self.out.append(self.pick([">", ">", " >"]))
        self.content(scope, depth)
        self.out.append("</" + name + self.pick([">", ">", " >", "\n>"]))

    def attributes(self, scope, prefixes):
        seen, parts = set(), []
        for _ in range(self.pick([0, 1, 1, 2, 5])):
            prefix = self.pick(prefixes) if prefixes and self.chance(40) else ""
            local = self.pick(LOCALS)
            if self.chance(8):
                prefix, local = "xml", self.pick(["lang", "space"])
            key = ({"": "", "xml": "xml"}.get(prefix) if prefix in ("", "xml") else scope[prefix], local)
            if key not in seen:
                seen.add(key)
                value = self.value() if prefix != "xml" else self.pick(["en", "preserve", "default"])
                parts.append((prefix + ":" if prefix else "") + local + self.pick(["=", "=", " = "]) + self.quoted(value))
        return parts

    def value(self):
        pieces = [self.pick([self.pick(TEXTS), self.pick(REFERENCES), self.pick(BREAKS)]) for _ in range(self.pick([0, 1, 2, 4]))]
        return "".join(pieces).replace('"', "&quot;").replace("'", "&#39;")

    def quoted(self, value):
        quote = self.pick(['"', '"', "'"])
        return quote + value + quote

    def content(self, scope, depth):
        for _ in range(self.pick([0, 1, 2, 3, 5])):
            kind = self.random.randrange(100)
            if kind < 40 and depth < 7 and self.elements < 40:
                self.element(scope, depth + 1)
            elif kind < 60:
                self.out.append(self.pick(TEXTS))
            elif kind < 72:
                self.out.append(self.pick(REFERENCES))
            elif kind < 84:
                self.out.append(self.pick(BREAKS))
            elif kind < 92:
                self.out.append("<![CDATA[" + self.pick(["", "<&>", "a\r\nb\rc", "]]", "&amp;", "\u00e9"]) + "]]>")
            else:
                self.out.append("<!--" + self.pick(["", " a comment ", "<b>&amp;</b>", "\r\n"]) + "-->")


class Node(ctypes.Structure):
    """The beginning that all nodes of libxml2 have in common."""


Node._fields_ = [
    ("private", ctypes.c_void_p),
    ("type", ctypes.c_int),
    ("name", ctypes.c_char_p),
    ("children", ctypes.POINTER(Node)),
    ("last", ctypes.POINTER(Node)),
    ("parent", ctypes.POINTER(Node)),
    ("next", ctypes.POINTER(Node)),
]

VISIBLE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(Node), ctypes.POINTER(Node))
ELEMENT, NAMESPACE = 1, 18
NO_NETWORK = 2048


def load():
    library = ctypes.CDLL(ctypes.util.find_library("xml2") or "libxml2.so.2")
    library.xmlReadMemory.restype = ctypes.c_void_p
    library.xmlReadMemory.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
    library.xmlDocGetRootElement.restype = ctypes.POINTER(Node)
    library.xmlDocGetRootElement.argtypes = [ctypes.c_void_p]
    library.xmlBufferCreate.restype = ctypes.c_void_p
    library.xmlBufferContent.restype = ctypes.c_void_p
    library.xmlBufferContent.argtypes = [ctypes.c_void_p]
    library.xmlBufferLength.argtypes = [ctypes.c_void_p]
    library.xmlOutputBufferCreateBuffer.restype = ctypes.c_void_p
    library.xmlOutputBufferCreateBuffer.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.xmlOutputBufferClose.argtypes = [ctypes.c_void_p]
    library.xmlC14NExecute.argtypes = [
        ctypes.c_void_p, VISIBLE, ctypes.c_void_p, ctypes.c_int,
        ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_void_p,
    ]
    return library


XML2 = load()


def address(node):
    return ctypes.cast(node, ctypes.c_void_p).value


def elements(node):
    """The elements at and below a node, in document order."""
    if node.contents.type == ELEMENT:
        yield node
        child = node.contents.children
        while child:
            yield from elements(child)
            child = child.contents.next


def canonical(document, apex, omit, prefixes):
    handle = XML2.xmlReadMemory(document, len(document), None, None, NO_NETWORK)
    assert handle, "libxml2 does not accept the document"
    every = list(elements(XML2.xmlDocGetRootElement(handle)))
    wanted = address(every[apex])
    unwanted = None if omit is None else address(every[omit])

    def visible(_, node, parent):
        # A namespace has no parent of its own; that of an attribute and of text is given.
        here = parent if node.contents.type == NAMESPACE or node.contents.type != ELEMENT else node
        inside = False
        while here:
            if address(here) == unwanted:
                return 0
            inside = inside or address(here) == wanted
            here = here.contents.parent
        return int(inside)

    buffer = XML2.xmlBufferCreate()
    output = XML2.xmlOutputBufferCreateBuffer(buffer, None)
    listed = (ctypes.c_char_p * (len(prefixes) + 1))(*[prefix.encode() for prefix in prefixes], None)
    callback = VISIBLE(visible)
    result = XML2.xmlC14NExecute(handle, callback, None, 1, listed, 0, output)
    assert result >= 0, "libxml2 does not canonicalize the document"
    XML2.xmlOutputBufferClose(output)
    return ctypes.string_at(XML2.xmlBufferContent(buffer), XML2.xmlBufferLength(buffer))


def by_lxml(document, prefixes):
    root = etree.fromstring(document, etree.XMLParser(strip_cdata=False))
    # The root's copy is a document of its own, without the comments around it.
    return etree.tostring(root, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes)


def main():
    cases = HERE / "cases"
    cases.mkdir(exist_ok=True)
    lines = []
    for number in range(COUNT):
        writer = Writer(number)
        # Small documents show little.
        document = writer.document()
        while writer.elements < 4:
            writer = Writer(writer.random.randrange(1 << 30))
            document = writer.document()
        chance = random.Random(1000 + number)
        apex = chance.randrange(writer.elements) if number % 3 else 0
        omit = None
        if number % 2 and apex + 1 < writer.elements:
            omit = apex + 1 + chance.randrange(writer.elements - apex - 1)
        prefixes = chance.sample(PREFIXES + ["#default", "unbound", "xml"], 4) if number % 4 >= 2 else []
        encoded = document.encode()
        expected = canonical(encoded, apex, omit, prefixes)
        if apex == 0 and omit is None and "#default" not in prefixes:
            assert expected == by_lxml(encoded, prefixes), f"{number}: libxml2 and lxml differ"
        (cases / f"{number:03}.xml").write_bytes(encoded)
        (cases / f"{number:03}.c14n").write_bytes(expected)
        lines.append(f"{number:03}\t{apex}\t{'-' if omit is None else omit}\t{' '.join(prefixes)}\n")
    (HERE / "cases.tsv").write_text("".join(lines))


if __name__ == "__main__":
    main()
