"""A mail server of aiosmtpd that keeps what it takes, for tests alone.

    server.py FOLDER OPTION...

The options are starttls (STARTTLS is offered), tls (encrypted from the first byte on) and login (nobody may send without the
user "vestibule" and the password "se/cret@"). FOLDER gets certificate.pem if TLS is spoken. If a file answers is there, its
lines are what is answered instead of taking a mail, each once and in order: the command, then the answer, such as "DATA 451
4.3.0 Come back". Each mail taken is printed as a line of JSON, each command heard as a line of its own.
"""

import asyncio
import email
import email.policy
import json
import logging
import os
import ssl
import subprocess
import sys

from aiosmtpd.smtp import SMTP, AuthResult

OPENSSL = """
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
"""


class Handler:
    def __init__(self, folder):
        self.answers = os.path.join(folder, "answers")

    def answer(self, command):
        """What is answered to this command instead of taking the mail."""
        try:
            with open(self.answers, encoding="utf-8") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            return None
        if not lines or not lines[0].startswith(command + " "):
            return None
        with open(self.answers, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines[1:]))
        return lines[0][len(command) + 1 :]

    async def handle_MAIL(self, _server, _session, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answer("MAIL") or "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        refused = self.answer("RCPT")
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        refused = self.answer("DATA")
        if refused:
            return refused
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "encrypted": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data,
            "headers": [[name, str(value)] for name, value in message.items()],
            "body": message.get_content(),
            "longest_line": max(len(line) for line in envelope.content.split(b"\r\n")),
            "ascii": envelope.content.isascii(),
        }
        print("mail: " + json.dumps(mail), flush=True)
        return "250 2.0.0 Taken as number 4711"


def who(_server, _session, _envelope, _mechanism, data):
    known = (data.login, data.password) == (b"vestibule", b"se/cret@")
    return AuthResult(success=known, handled=False, auth_data="vestibule")


def certificate(folder):
    paths = [os.path.join(folder, name) for name in ("openssl.cnf", "key.pem", "certificate.pem")]
    with open(paths[0], "w", encoding="utf-8") as file:
        file.write(OPENSSL)
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-config"]
    subprocess.run(make + [paths[0], "-keyout", paths[1], "-out", paths[2]], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(paths[2], paths[1])
    return context


async def serve(folder, options):
    context = certificate(folder) if {"starttls", "tls"} & options else None
    settings = {"enable_SMTPUTF8": True}
    if "starttls" in options:
        settings["tls_context"] = context
    if "login" in options:
        settings.update(authenticator=who, auth_required=True, auth_require_tls=False)
    handler = Handler(folder)
    implicit = context if "tls" in options else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, **settings), "127.0.0.1", 0, ssl=implicit)
    print("ready: %d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Heard(logging.Handler):
    """Prints what clients say, as aiosmtpd logs it."""

    def emit(self, record):
        text = record.getMessage()
        if ">> b" in text:
            print("heard: " + text.split(">> b", 1)[1].strip("'\""), flush=True)


logging.getLogger("mail.log").setLevel(logging.INFO)
logging.getLogger("mail.log").addHandler(Heard())
asyncio.run(serve(sys.argv[1], set(sys.argv[2:])))
