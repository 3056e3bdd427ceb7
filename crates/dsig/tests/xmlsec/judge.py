#!/usr/bin/python3
"""Verifies every signature of the message on standard input with libxmlsec1 and the certificate (PEM) of argument 1.

Exit code 0 if there are two signatures and both verify.
"""

import sys

import generate
import xmlsec
from lxml import etree

root = etree.fromstring(sys.stdin.buffer.read())
key = xmlsec.Key.from_memory(sys.argv[1], xmlsec.KeyFormat.CERT_PEM)
signatures = generate.innermost_first(root)
for signature in signatures:
    generate.context(root, key).verify(signature)
sys.exit(0 if len(signatures) == 2 else 1)
