"""An identity provider of pysaml2 on Python's own web server, for tests alone.

    idp.py FOLDER OPTION...

FOLDER holds people.json; the service provider's metadata is sp.xml there, read anew whenever it changes. The options are
sign-assertion, sign-response, encrypt and demand-signatures. One line says that it is ready, and where. Names and passwords
are checked against people.json; a cookie keeps the session. It plays one person at a time in each browser, and forgets all when it ends.
"""

import functools
import html
import json
import os
import secrets
import shutil
import subprocess
import sys
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import saml2.entity
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.server import Server
from saml2.sigver import CryptoBackendXmlSec1
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

BOTH = [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST]
GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SHA256 = {"sign_alg": SIG_RSA_SHA256, "digest_alg": DIGEST_SHA256}


def encrypt_with_gcm():
    """Of itself pysaml2 encrypts with Triple DES, and knows no setting for another cipher; xmlsec1 does."""
    saml2.entity.pre_encryption_part = functools.partial(saml2.entity.pre_encryption_part, msg_enc=GCM)
    encrypt = CryptoBackendXmlSec1.encrypt_assertion

    def with_longer_key(self, statement, enc_key, template, _key_type=None, node_xpath=None, node_id=None):
        return encrypt(self, statement, enc_key, template, "aes-256", node_xpath, node_id)

    CryptoBackendXmlSec1.encrypt_assertion = with_longer_key


class Provider:
    def __init__(self, folder, options, base):
        self.folder, self.options, self.base = folder, options, base
        with open(os.path.join(folder, "people.json"), encoding="utf-8") as file:
            self.people = json.load(file)
        self.sessions = {}
        self.made = (None, None)
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=pysaml2 under test"]
        files = ["-keyout", self.path("idp.key"), "-out", self.path("idp.crt")]
        subprocess.run(make + files, check=True, capture_output=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def server(self):
        """The server of pysaml2; made anew when the service provider's metadata changes."""
        known = self.path("sp.xml")
        stamp = os.stat(known).st_mtime_ns if os.path.exists(known) else None
        if self.made[1] is None or self.made[0] != stamp:
            self.made = (stamp, Server(config=IdPConfig().load(self.configuration(stamp and known))))
        return self.made[1]

    def configuration(self, known):
        at = lambda path: [(self.base + path, binding) for binding in BOTH]
        service = {
            "endpoints": {"single_sign_on_service": at("/sso"), "single_logout_service": at("/slo")},
            "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": NAME_FORMAT_URI}},
            "name_id_format": [NAMEID_FORMAT_EMAILADDRESS],
            "want_authn_requests_signed": "demand-signatures" in self.options,
            "signing_algorithm": SIG_RSA_SHA256,
            "digest_algorithm": DIGEST_SHA256,
        }
        configuration = {
            "entityid": self.base + "/metadata",
            "service": {"idp": service},
            "key_file": self.path("idp.key"),
            "cert_file": self.path("idp.crt"),
            "xmlsec_binary": shutil.which("xmlsec1"),
        }
        if known:
            configuration["metadata"] = {"local": [known]}
        return configuration

    def answer(self, request, person):
        """The response about a person to a request, as what the browser is to send."""
        server = self.server()
        arguments = server.response_args(request.message)
        identity = {name: value for name, value in person.items() if name != "password"}
        response = server.create_authn_response(
            identity,
            userid=person["mail"],
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=person["mail"]),
            authn={"class_ref": PASSWORD, "authn_auth": self.base},
            sign_response="sign-response" in self.options,
            sign_assertion="sign-assertion" in self.options,
            encrypt_assertion="encrypt" in self.options,
            **SHA256,
            **arguments,
        )
        return arguments, response


class Door(BaseHTTPRequestHandler):
    provider = None

    def do_GET(self):
        self.serve(parse_qs(urlsplit(self.path).query), BINDING_HTTP_REDIRECT)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self.serve(parse_qs(body), BINDING_HTTP_POST)

    def serve(self, form, binding):
        form = {name: values[0] for name, values in form.items()}
        pages = {"/metadata": self.metadata, "/sso": self.sso, "/signin": self.sign_in, "/slo": self.slo, "/signout": self.sign_out}
        page = pages.get(urlsplit(self.path).path)
        try:
            return page(form, binding) if page else self.say(404, "<h1>There is no such page</h1>")
        except Exception as error:
            self.log_error("%s: %r", self.path, error)
            return self.say(400, f"<h1 id=refused>Refused</h1><p>{html.escape(repr(error))}</p>")

    def metadata(self, _form, _binding):
        from saml2.metadata import entity_descriptor

        text = str(entity_descriptor(self.provider.server().config))
        self.say(200, text, content_type="application/samlmetadata+xml")

    def read(self, form, binding, parse):
        """Reads a message that asks for something; by redirect its signature stands beside it."""
        beside = {}
        if binding == BINDING_HTTP_REDIRECT:
            beside = {"relay_state": form.get("RelayState"), "sigalg": form.get("SigAlg"), "signature": form.get("Signature")}
        return parse(form["SAMLRequest"], binding, **beside)

    def sso(self, form, binding):
        request = self.read(form, binding, self.provider.server().parse_authn_request)
        person = self.provider.sessions.get(self.cookie())
        if person:
            return self.respond(request, person, form)
        hidden = {**form, "binding": binding}
        inputs = "".join(
            f'<input type=hidden name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in hidden.items()
        )
        self.say(
            200,
            f"<h1>pysaml2</h1><form method=post action=/signin>{inputs}<input id=username name=username>"
            "<input id=password name=password type=password><button>Sign in</button></form>",
        )

    def sign_in(self, form, _binding):
        person = self.provider.people.get(form.get("username", ""))
        if not person or person["password"] != form.get("password"):
            return self.say(403, "<h1>Wrong name or password</h1>")
        request = self.read(form, form["binding"], self.provider.server().parse_authn_request)
        session = secrets.token_urlsafe(16)
        self.provider.sessions[session] = person
        self.respond(request, person, form, f"IdentityProviderSession={session}; HttpOnly; Path=/")

    def respond(self, request, person, form, cookie=None):
        arguments, response = self.provider.answer(request, person)
        self.send(arguments["binding"], response, arguments["destination"], form.get("RelayState", ""), True, cookie)

    def slo(self, form, binding):
        if "SAMLResponse" in form:
            self.provider.server().parse_logout_request_response(form["SAMLResponse"], binding)
            return self.say(200, "<h1 id=signed-out>Signed out everywhere</h1>")
        request = self.read(form, binding, self.provider.server().parse_logout_request)
        self.provider.sessions.pop(self.cookie(), None)
        server = self.provider.server()
        response = server.create_logout_response(request.message, [binding], sign=binding == BINDING_HTTP_POST, **SHA256)
        destination = server.response_args(request.message, [binding])["destination"]
        self.send(binding, response, destination, form.get("RelayState", ""), True)

    def sign_out(self, _form, _binding):
        """Somebody signs out here: the service provider is told."""
        person = self.provider.sessions.pop(self.cookie(), None)
        if not person:
            return self.say(200, "<h1 id=nobody>Nobody is signed in</h1>")
        server = self.provider.server()
        service = next(iter(server.metadata.keys()))
        binding, destination = server.pick_binding("single_logout_service", [BINDING_HTTP_POST], "spsso", entity_id=service)
        name_id = NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=person["mail"])
        _, request = server.create_logout_request(destination, service, name_id=name_id, sign=True, **SHA256)
        self.send(binding, request, destination, "", False)

    def send(self, binding, message, destination, relay_state, response, cookie=None):
        """Has the browser carry a message; by redirect it is signed here, in a form it is signed already."""
        redirect = binding == BINDING_HTTP_REDIRECT
        carried = self.provider.server().apply_binding(
            binding, str(message), destination, relay_state, response=response, sign=redirect, sigalg=SIG_RSA_SHA256
        )
        headers = carried["headers"]
        status = 302 if any(name == "Location" for name, _ in headers) else 200
        self.say(status, carried["data"] if status == 200 else "", headers, cookie)

    def cookie(self):
        found = SimpleCookie(self.headers.get("Cookie", "")).get("IdentityProviderSession")
        return found.value if found else None

    def say(self, status, body, headers=(), cookie=None, content_type="text/html; charset=utf-8"):
        body = "".join(body).encode() if not isinstance(body, bytes) else body
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-type", "content-length"):
                self.send_header(name, value)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    folder, options = sys.argv[1], sys.argv[2:]
    encrypt_with_gcm()
    door = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    base = f"http://localhost:{door.server_port}"
    Door.provider = Provider(folder, options, base)
    print(f"ready: {base}", flush=True)
    door.serve_forever()


main()
