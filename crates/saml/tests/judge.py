#!/usr/bin/python3
"""What libxmlsec1 and libxml2 make of many messages, for `differential.rs`.

Argument 1 is a folder with messages, argument 2 one with certificates. Each line on standard input is the name of a message and the names of
the certificates that are trusted, with tabs between. Each line on standard output is the name, `accepted` or `refused`, and the name
identifier (JSON).

A message is accepted here if its root or its assertion is signed, and every signature of the two is over the element that
carries it, by a trusted key, through no other transforms than the two that SAML asks for.
"""

import json
import pathlib
import sys

import xmlsec
from lxml import etree

NAMES = {
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
}
# Digests are transforms too, to libxmlsec1.
TRANSFORMS = [
    getattr(xmlsec.constants, "Transform" + name)
    for name in ("Enveloped", "ExclC14N", "Sha1", "Sha256", "Sha384", "Sha512")
]


def parse(message):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(message, parser)


def verifies(message, place, keys):
    """Whether the signature of the element at this place verifies; None if it has none."""
    for key in keys:
        # libxmlsec1 removes what it does not digest, so each try has a document of its own.
        elements = parse(message).xpath(place, namespaces=NAMES)
        signatures = elements[0].xpath("ds:Signature", namespaces=NAMES) if len(elements) == 1 else []
        if not signatures:
            return None
        references = signatures[0].xpath("ds:SignedInfo/ds:Reference/@URI", namespaces=NAMES)
        if len(signatures) != 1 or references != ["#" + elements[0].get("ID", "")]:
            return False
        context = xmlsec.SignatureContext()
        context.key = key
        for transform in TRANSFORMS:
            context.enable_reference_transform(transform)
        context.register_id(elements[0], "ID")
        try:
            context.verify(signatures[0])
            return True
        except xmlsec.Error:
            continue
    return False


def judge(message, keys):
    try:
        root = parse(message)
        if root.tag != "{%s}Response" % NAMES["samlp"]:
            return False, None
        found = [verifies(message, place, keys) for place in ("/samlp:Response", "/samlp:Response/saml:Assertion")]
        accepted = True in found and False not in found
        name = root.xpath("string(/samlp:Response/saml:Assertion/saml:Subject/saml:NameID)", namespaces=NAMES)
        return accepted, name
    except (etree.XMLSyntaxError, ValueError, xmlsec.Error):
        return False, None


def main():
    messages, certificates = (pathlib.Path(argument) for argument in sys.argv[1:3])
    known = {}
    for line in sys.stdin:
        name, *trusted = line.rstrip("\n").split("\t")
        trusted = [certificate for certificate in trusted if certificate]
        for certificate in trusted:
            if certificate not in known:
                pem = (certificates / f"{certificate}.pem").read_text()
                pem = pem[pem.index("-----BEGIN CERTIFICATE-----"):]
                known[certificate] = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM)
        accepted, name_id = judge((messages / name).read_bytes(), [known[one] for one in trusted])
        print(name, "accepted" if accepted else "refused", json.dumps(name_id), sep="\t")


main()
