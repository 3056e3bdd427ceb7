#!/usr/bin/python3
"""Writes the encrypted elements beside this file, made by libxmlsec1 and OpenSSL: a judge from outside for what we decrypt.

Run once, and again only to add a case: `python3 encrypt.py` needs Debian's `python3-xmlsec` and `openssl`. It makes a new
key for tests at every run, which stays beside the elements, for without it they could not be read.
`decryption.rs` says what must become of each.
"""

import base64
import pathlib
import secrets
import subprocess

import xmlsec
from lxml import etree

HERE = pathlib.Path(__file__).parent
DS = "http://www.w3.org/2000/09/xmldsig#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
ENC11 = "http://www.w3.org/2009/xmlenc11#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


def oaep(digest, mask):
    return f"""<xenc:EncryptionMethod Algorithm="{ENC11}rsa-oaep"><ds:DigestMethod Algorithm="{digest}"/>
            <xenc11:MGF xmlns:xenc11="{ENC11}" Algorithm="{ENC11}{mask}"/></xenc:EncryptionMethod>"""


MGF1P = f'<xenc:EncryptionMethod Algorithm="{ENC}rsa-oaep-mgf1p"/>'
SHA1_TWICE = f'<xenc:EncryptionMethod Algorithm="{ENC11}rsa-oaep"/>'
# The cipher, its key in bits, the encryption of the key, and the hash that OpenSSL encrypts the key with: libxmlsec1 1.2
# knows the older name of OAEP alone, and then does it itself.
CASES = {
    "encrypted-aes128-gcm-oaep-mgf1p": (ENC11 + "aes128-gcm", 128, MGF1P, None),
    "encrypted-aes192-gcm-oaep-sha1": (ENC11 + "aes192-gcm", 192, SHA1_TWICE, "sha1"),
    "encrypted-aes256-gcm-oaep-sha256": (ENC11 + "aes256-gcm", 256, oaep(SHA256, "mgf1sha256"), "sha256"),
    "encrypted-aes256-gcm-oaep-sha512": (ENC11 + "aes256-gcm", 256, oaep(SHA512, "mgf1sha512"), "sha512"),
    "encrypted-aes128-cbc-oaep-mgf1p": (ENC + "aes128-cbc", 128, MGF1P, None),
    "encrypted-aes256-cbc-oaep-sha256": (ENC + "aes256-cbc", 256, oaep(SHA256, "mgf1sha256"), "sha256"),
}


def template(method, transport):
    return etree.fromstring(f"""<xenc:EncryptedData xmlns:xenc="{ENC}" xmlns:ds="{DS}" Type="{ENC}Element">
      <xenc:EncryptionMethod Algorithm="{method}"/>
      <ds:KeyInfo>
        <xenc:EncryptedKey>
          {transport}
          <xenc:CipherData><xenc:CipherValue/></xenc:CipherData>
        </xenc:EncryptedKey>
      </ds:KeyInfo>
      <xenc:CipherData><xenc:CipherValue/></xenc:CipherData>
    </xenc:EncryptedData>""")


def main():
    pem = HERE / "encryption.pem"
    key = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", pem]
    subprocess.run(key, check=True, capture_output=True)
    for name, (method, bits, transport, hash_name) in CASES.items():
        holder = etree.fromstring(
            f'<saml:EncryptedID xmlns:saml="{SAML}"><saml:NameID>zoë@acme.example &amp; &lt;others&gt;</saml:NameID>'
            "</saml:EncryptedID>")
        manager = xmlsec.KeysManager()
        manager.add_key(xmlsec.Key.from_file(str(pem), xmlsec.KeyFormat.PEM))
        context = xmlsec.EncryptionContext(manager)
        secret = secrets.token_bytes(bits // 8)
        context.key = xmlsec.Key.from_binary_data(xmlsec.KeyData.AES, secret)
        data = template(method, transport)
        if hash_name:
            data.find(f".//{{{ENC}}}EncryptedKey").getparent().remove(data.find(f".//{{{ENC}}}EncryptedKey"))
        data = context.encrypt_xml(data, holder[0])
        if hash_name:
            key = template(method, transport).find(f".//{{{ENC}}}EncryptedKey")
            key.find(f".//{{{ENC}}}CipherValue").text = base64.b64encode(wrapped(pem, hash_name, secret)).decode()
            data.find(f"{{{DS}}}KeyInfo").append(key)
        (HERE / f"{name}.xml").write_bytes(etree.tostring(holder, encoding="UTF-8"))


def wrapped(pem, hash_name, secret):
    options = ["rsa_padding_mode:oaep", f"rsa_oaep_md:{hash_name}", f"rsa_mgf1_md:{hash_name}"]
    options = [word for option in options for word in ("-pkeyopt", option)]
    command = ["openssl", "pkeyutl", "-encrypt", "-inkey", pem, *options]
    return subprocess.run(command, input=secret, check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()
