#!/usr/bin/python3
"""Writes the messages beside this file, signed by libxmlsec1: a judge from outside for what we verify.

Run once, and again only to add a case: `python3 generate.py` needs Debian's `python3-xmlsec` and `openssl`. New keys
are made at every run and thrown away; the certificates and the messages stay. `messages.rs` says what must become of
each message.
"""

import pathlib
import subprocess
import tempfile

import xmlsec
from lxml import etree

HERE = pathlib.Path(__file__).parent
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA384 = "http://www.w3.org/2001/04/xmldsig-more#sha384"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"

KEYS = {
    "rsa-2048": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa-1024": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "p-256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:named_curve"],
    "p-384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-pkeyopt", "ec_param_enc:named_curve"],
}


def transform(algorithm, inner=""):
    return f'<ds:Transform Algorithm="{algorithm}">{inner}</ds:Transform>'


def prefixes(names):
    return f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{names}"/>'


def template(uri, method, digest=SHA256, transforms=None, canonical=EXCLUSIVE, key_info=True):
    transforms = transforms or transform(ENVELOPED) + transform(EXCLUSIVE)
    info = "<ds:KeyInfo><ds:X509Data/></ds:KeyInfo>" if key_info else ""
    return f"""<ds:Signature xmlns:ds="{DS}">
      <ds:SignedInfo>
        <ds:CanonicalizationMethod Algorithm="{canonical}"/>
        <ds:SignatureMethod Algorithm="{method}"/>
        <ds:Reference URI="{uri}">
          <ds:Transforms>{transforms}</ds:Transforms>
          <ds:DigestMethod Algorithm="{digest}"/>
          <ds:DigestValue/>
        </ds:Reference>
      </ds:SignedInfo>
      <ds:SignatureValue/>
      {info}
    </ds:Signature>"""


def message(response_signature="", assertion_signature=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" Version="2.0" ID="_response" IssueInstant="2025-01-01T09:00:00Z"
    Destination="https://acme.example/saml/SSO?a=1&amp;b=&quot;2&quot;">
  <saml:Issuer>https://idp.example/</saml:Issuer>{response_signature}
  <!-- a comment between the elements -->
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" Version="2.0"
      xmlns:unused="urn:example:unused" IssueInstant="2025-01-01T09:00:00Z">
    <Issuer>https://idp.example/</Issuer>{assertion_signature}
    <Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
        >zo&#xEB;@acme.example</NameID></Subject>
    <AttributeStatement>
      <Attribute Name="quote&quot;tab&#9;line&#10;end" FriendlyName='it&apos;s "quoted" &lt;here>'>
        <AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string"
          >Größe &gt; 1 &amp; &lt; 3 &#13; 漢字 <![CDATA[<raw> & ]]>end</AttributeValue>
        <x:empty xmlns:x="urn:example:x" xmlns:b="urn:example:b" xmlns:a="urn:example:a" b:two="2" a:one="1" zero="0"/>
      </Attribute>
    </AttributeStatement>
  </Assertion>
</samlp:Response>"""


def context(root, key):
    made = xmlsec.SignatureContext()
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("ID"):
            made.register_id(element, "ID")
    made.key = key
    return made


def innermost_first(root):
    signatures = root.findall(f".//{{{DS}}}Signature")
    return sorted(signatures, key=lambda node: -len(list(node.iterancestors())))


def sign(xml, keys):
    """Fills every template of the message, the innermost first, with the keys in that order.

    The rest of the text stays as it was written, with its quotes, references and CDATA sections.
    """
    root = etree.fromstring(xml.encode())
    for node, key in zip(innermost_first(root), keys, strict=True):
        context(root, key).sign(node)
    for node in root.iter(f"{{{DS}}}Signature"):
        start = xml.index("<ds:SignedInfo>\n        <ds:CanonicalizationMethod")
        end = xml.index("</ds:Signature>", start)
        whole = etree.tostring(node, encoding="unicode", with_tail=False)
        filled = whole[whole.index("<ds:SignedInfo>"):whole.index("</ds:Signature>")]
        # The mark keeps this signature from being found again.
        xml = xml[:start] + filled.replace("<ds:SignedInfo>\n", "<ds:SignedInfo>\r", 1) + xml[end:]
    xml = xml.replace("<ds:SignedInfo>\r", "<ds:SignedInfo>\n")
    root = etree.fromstring(xml.encode())
    for node, key in zip(innermost_first(root), keys, strict=True):
        context(root, key).verify(node)
    return xml.encode()


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    keys = {}
    for name, arguments in KEYS.items():
        private, certificate = folder / f"{name}.key", HERE / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", *arguments, "-out", private], check=True, capture_output=True)
        subject = f"/O=Example/CN={name}.idp.example"
        request = ["openssl", "req", "-x509", "-new", "-sha256", "-key", private, "-subj", subject]
        subprocess.run([*request, "-days", "3650", "-out", certificate], check=True)
        keys[name] = xmlsec.Key.from_file(str(private), xmlsec.KeyFormat.PEM)
        keys[name].load_cert_from_file(str(certificate), xmlsec.KeyFormat.PEM)
        private.unlink()
    folder.rmdir()
    # What a confused verifier would take as shared secret: the bytes that the administrator pasted.
    secret = (HERE / "rsa-2048.pem").read_bytes()
    hmac = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, secret)

    rsa, p256, p384 = keys["rsa-2048"], keys["p-256"], keys["p-384"]
    listed = transform(ENVELOPED) + transform(EXCLUSIVE, prefixes("xs #default unused"))
    commented = transform(ENVELOPED) + transform(EXCLUSIVE + "WithComments")
    xpath = '<ds:XPath xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">not(ancestor-or-self::saml:Subject)</ds:XPath>'
    filtered = transform(ENVELOPED) + transform("http://www.w3.org/TR/1999/REC-xpath-19991116", xpath) + transform(EXCLUSIVE)
    rsa256, ecdsa256 = MORE + "rsa-sha256", MORE + "ecdsa-sha256"
    cases = {
        "response-rsa-sha256": (message(template("#_response", rsa256)), [rsa]),
        "assertion-rsa-sha384-prefix-list": (
            message("", template("#_assertion", MORE + "rsa-sha384", SHA384, listed)), [rsa]),
        "both-rsa-sha512": (
            message(template("#_response", MORE + "rsa-sha512", SHA512),
                    template("#_assertion", MORE + "rsa-sha512", SHA512)), [rsa, rsa]),
        "assertion-ecdsa-p256-sha256": (message("", template("#_assertion", ecdsa256)), [p256]),
        "response-ecdsa-p384-sha384": (message(template("#_response", MORE + "ecdsa-sha384", SHA384)), [p384]),
        "response-ecdsa-p384-sha256": (message(template("#_response", ecdsa256)), [p384]),
        "response-ecdsa-p256-sha512": (message(template("#_response", MORE + "ecdsa-sha512", SHA512)), [p256]),
        "response-without-key-info": (message(template("#_response", rsa256, key_info=False)), [rsa]),
        "response-rsa-sha1": (message(template("#_response", DS + "rsa-sha1", SHA1)), [rsa]),
        "response-rsa-sha256-digest-sha1": (message(template("#_response", rsa256, SHA1)), [rsa]),
        "response-rsa-1024": (message(template("#_response", rsa256)), [keys["rsa-1024"]]),
        "response-hmac-with-certificate": (
            message(template("#_response", MORE + "hmac-sha256", key_info=False)), [hmac]),
        "response-inclusive-form": (
            message(template("#_response", rsa256, transforms=transform(ENVELOPED) + transform(INCLUSIVE))), [rsa]),
        "response-inclusive-signed-info": (message(template("#_response", rsa256, canonical=INCLUSIVE)), [rsa]),
        "response-enveloped-only": (message(template("#_response", rsa256, transforms=transform(ENVELOPED))), [rsa]),
        "response-with-comments": (message(template("#_response", rsa256, transforms=commented)), [rsa]),
        "response-xpath": (message(template("#_response", rsa256, transforms=filtered)), [rsa]),
        "response-whole-document": (message(template("", rsa256)), [rsa]),
        "response-xpointer": (message(template("#xpointer(id('_response'))", rsa256)), [rsa]),
        "response-points-to-assertion": (message(template("#_assertion", rsa256)), [rsa]),
    }
    for name, (xml, case_keys) in cases.items():
        (HERE / f"{name}.xml").write_bytes(sign(xml, case_keys))


if __name__ == "__main__":
    main()
