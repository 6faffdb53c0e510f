#!/usr/bin/env python3
"""Runs the tool for Windows under wine against a Bedrock on loopback: what a user of Windows does, in a home directory
of Cyrillic letters. The servers are Linux programs: wine shares the network.

    acceptance.py --tool bedrock.exe --mock mock-bedrock --corpus DIR --folder DIR

WINEPREFIX and WINEDEBUG are the caller's. The last line is `N passed, N failed`.
"""
import argparse
import fcntl
import hashlib
import http.server
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import termios
import threading
import unittest

HOME_NAME = "Дмитрий Ж"
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
PATIENCE = 120
options = None


def windows_path(path):
    return "Z:" + os.path.abspath(path).replace("/", "\\")


def environment(more):
    kept = {name: os.environ[name] for name in ("WINEPREFIX", "WINEDEBUG", "PATH", "HOME") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1,localhost", **more}


class Bedrock:
    """mock-bedrock, for as long as the `with` statement lasts."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __enter__(self):
        self.process = subprocess.Popen([options.mock, *self.arguments], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Windows(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.join(options.folder, self.id().split(".")[-1])
        shutil.rmtree(self.folder, ignore_errors=True)
        self.home = os.path.join(self.folder, HOME_NAME)
        os.makedirs(os.path.join(self.home, ".aws"))

    def write(self, name, text):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def command(self, arguments, at_home=False):
        if not at_home:
            return ["wine", options.tool, *arguments]
        # wine sets USERPROFILE itself, so that only a program under wine can set another one; its cmd.exe reads scripts
        # in an old code page.
        script = os.path.join(self.folder, "run.cmd")
        with open(script, "w", encoding="ascii", newline="") as file:
            file.write("@echo off\r\nset \"USERPROFILE=%BEDROCK_TEST_HOME%\"\r\n" +
                       "\"%s\" %%*\r\nexit /b %%ERRORLEVEL%%\r\n" % windows_path(options.tool))
        return ["wine", "cmd", "/d", "/c", windows_path(script), *arguments]

    def run_tool(self, arguments, more=None, at_home=False, data=b""):
        variables = environment({**(more or {}), "BEDROCK_TEST_HOME": windows_path(self.home)})
        done = subprocess.run(self.command(arguments, at_home), env=variables, input=data, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE)
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")

    def converse(self, prompt, more=None, url=None, at_home=False, arguments=()):
        with Bedrock("--pace", "1") as bedrock:
            return self.run_tool(["converse", "--endpoint", url or bedrock.url, "--model", "m", *arguments, prompt],
                                 more or KEYS, at_home)

    def test_converse_streams(self):
        with Bedrock("--pace", "20") as bedrock:
            command = self.command(["converse", "--endpoint", bedrock.url, "--model", "m", "count to 100"])
            with subprocess.Popen(command, env=environment(KEYS), stdout=subprocess.PIPE) as asking:
                first = os.read(asking.stdout.fileno(), 10)
                self.assertIsNone(asking.poll(), "all came at the end")
                rest = asking.stdout.read()
        self.assertEqual(asking.returncode, 0)
        self.assertIn(b"99", first + rest)
        self.assertTrue(rest.endswith(b"100\n"), rest[-20:])

    def test_arguments_and_pipes_are_utf_8(self):
        status, out, err = self.converse("Привет, \U0001F600!")
        self.assertEqual((status, out.decode(), err), (0, "You said: Привет, \U0001F600!\n", ""))

    def test_prompt_from_a_pipe(self):
        with Bedrock("--pace", "1") as bedrock:
            arguments = ["converse", "--endpoint", bedrock.url, "--model", "m", "-"]
            status, out, _ = self.run_tool(arguments, KEYS, data="Привет\n".encode())
        self.assertEqual((status, out.decode()), (0, "You said: Привет\n"))

    def test_console_shows_utf_16(self):
        with Bedrock("--pace", "1") as bedrock:
            terminal, side = pty.openpty()
            command = self.command(["converse", "--endpoint", bedrock.url, "--model", "m", "Привет"])
            asking = subprocess.Popen(command, env=environment({**KEYS, "TERM": "xterm"}), stdin=side, stdout=side,
                                      stderr=side, start_new_session=True)
            os.close(side)
            seen = b""
            while select.select([terminal], [], [], PATIENCE)[0]:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:
                    break
                if not piece:
                    break
                seen += piece
            status = asking.wait(PATIENCE)
            os.close(terminal)
        text = re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|\].*?(\x07|\x1b\\))", "", seen.decode("utf-8", "replace"))
        self.assertEqual(status, 0, text)
        self.assertIn("You said: Привет", text)
        self.assertIn("tokens in", text)

    def interrupt(self, asking):
        """Ctrl-C: wine runs the console control handlers when its process gets SIGINT."""
        os.kill(asking.pid, signal.SIGINT)

    def test_ctrl_c_cancels(self):
        with Bedrock("--pace", "20") as bedrock:
            command = self.command(["converse", "--endpoint", bedrock.url, "--model", "m", "count to 100000"])
            with subprocess.Popen(command, env=environment(KEYS), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asking:
                os.read(asking.stdout.fileno(), 10)
                self.interrupt(asking)
                _, err = asking.communicate(timeout=PATIENCE)
        self.assertEqual(asking.returncode, 130)
        self.assertTrue(err.startswith(b"bedrock: Cancelled: "), err)

    def test_ctrl_c_cancels_while_nobody_reads(self):
        with Bedrock("--pace", "0") as bedrock:
            command = self.command(["converse", "--endpoint", bedrock.url, "--model", "m", "count to 100000"])
            with subprocess.Popen(command, env=environment(KEYS), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asking:
                size = fcntl.fcntl(asking.stdout, 1031, 4096)  # F_SETPIPE_SZ
                filled, word = 0, bytearray(4)
                while filled < size // 2 or filled != struct.unpack("i", word)[0]:
                    filled = struct.unpack("i", word)[0]
                    select.select([], [], [], 0.5)
                    fcntl.ioctl(asking.stdout, termios.FIONREAD, word)
                self.interrupt(asking)
                self.assertEqual(asking.wait(PATIENCE), 130)
                asking.communicate()

    def test_ctrl_c_without_a_call_ends_the_tool(self):
        command = self.command(["converse", "--endpoint", "http://127.0.0.1:9", "--model", "m", "--verbose", "-"])
        with subprocess.Popen(command, env=environment({**KEYS}), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as asking:
            # It reads its input once it has taken more than a pipe holds.
            asking.stdin.write(b"x" * 262144)
            asking.stdin.flush()
            self.interrupt(asking)
            self.assertEqual(asking.wait(PATIENCE), 130)
            err = asking.stderr.read()
        self.assertEqual(err, b"bedrock: Cancelled: interrupted\n")

    def test_whoami(self):
        status, out, err = self.run_tool(["whoami"], KEYS)
        self.assertEqual(status, 0, err)
        self.assertIn("AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY", out.decode())

    def test_decode_takes_every_byte(self):
        path = os.path.join(options.corpus, "event_stream", "all-types")
        with open(path, "rb") as file:
            data = file.read()
        of_file = self.run_tool(["decode", path])
        of_pipe = self.run_tool(["decode"], data=data)
        self.assertEqual(of_file[0], 0, of_file[2])
        self.assertEqual(of_file, of_pipe)
        status, encoded, err = self.run_tool(["encode"], data=of_file[1])
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(encoded, data)

    def test_a_file_of_any_name(self):
        path = self.write("поток", "")
        shutil.copyfile(os.path.join(options.corpus, "event_stream", "converse-stream"), path)
        status, out, err = self.run_tool(["decode", windows_path(path)])
        self.assertEqual((status, err), (0, ""))
        self.assertIn(b"contentBlockDelta", out)
        status, _, err = self.run_tool(["decode", windows_path(path) + "!"])
        self.assertEqual(status, 1)
        self.assertIn("поток!", err)

    def test_config_set(self):
        path = os.path.join(self.home, "настройки", "bedrock.json5")
        for value in ("3600", "7200"):
            set_to = self.run_tool(["config", "set", "--config", windows_path(path),
                                    "models.bedrockDiscovery.refreshInterval", value])
            self.assertEqual((set_to[0], set_to[2]), (0, ""))
        got = self.run_tool(["config", "get", "models.bedrockDiscovery.refreshInterval"], {"BEDROCK_CONFIG": windows_path(path)})
        self.assertEqual((got[0], got[1]), (0, b"7200\n"))
        self.assertEqual(os.listdir(os.path.dirname(path)), ["bedrock.json5"])

    def test_config_set_at_home(self):
        status, _, err = self.run_tool(["config", "set", "models.bedrockDiscovery.enabled", "true"], at_home=True)
        self.assertEqual((status, err), (0, ""))
        with open(os.path.join(self.home, ".config", "bedrock", "config.json5"), encoding="utf-8") as file:
            self.assertIn("enabled: true", file.read())

    def test_profiles_of_a_cyrillic_home(self):
        self.write(".aws/config", "[profile worker]\nregion = eu-west-3\n")
        self.write(".aws/credentials", "[worker]\naws_access_key_id = %s\naws_secret_access_key = %s\n" % (KEY, SECRET))
        status, out, err = self.run_tool(["whoami"], {"AWS_PROFILE": "worker"}, at_home=True)
        self.assertEqual(status, 0, err)
        self.assertIn("AWS_PROFILE=worker", out.decode())
        self.assertIn("eu-west-3", out.decode())
        status, out, err = self.converse("Hi", {"AWS_PROFILE": "worker"}, at_home=True)
        self.assertEqual((status, out), (0, b"You said: Hi\n"), err)

    def test_variables_name_cyrillic_paths(self):
        config = self.write("мой конфиг", "[profile worker]\nregion = eu-west-3\n")
        secrets = self.write("мои ключи", "[worker]\naws_access_key_id = %s\naws_secret_access_key = %s\n" % (KEY, SECRET))
        status, out, err = self.run_tool(["whoami"], {
            "AWS_PROFILE": "worker", "AWS_CONFIG_FILE": windows_path(config),
            "AWS_SHARED_CREDENTIALS_FILE": windows_path(secrets)})
        self.assertEqual(status, 0, err)
        self.assertIn("eu-west-3", out.decode())

    def process_profile(self, command):
        return {"AWS_PROFILE": "p", "AWS_CONFIG_FILE": windows_path(
            self.write("config", "[profile p]\nregion = us-east-1\ncredential_process = %s\n" % command))}

    def test_credential_process(self):
        document = json.dumps({"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET})
        script = self.write("мои ключи.cmd", "@echo off\r\nif not \"%%~2\"==\"two three\" exit /b 5\r\necho %s\r\n" % document)
        more = self.process_profile("\"%s\" one \"two three\"" % windows_path(script))
        status, out, err = self.run_tool(["whoami"], more)
        self.assertEqual(status, 0, err)
        self.assertIn("process", out.decode())
        status, out, err = self.converse("Hi", more)
        self.assertEqual((status, out), (0, b"You said: Hi\n"), err)

    def test_credential_process_that_fails(self):
        script = self.write("fails.cmd", "@echo off\r\necho no keys today 1>&2\r\nexit /b 3\r\n")
        status, _, err = self.run_tool(["whoami"], self.process_profile("\"%s\"" % windows_path(script)))
        self.assertEqual(status, 1)
        self.assertIn("no keys today", err)

    def test_sso_token_is_renewed_and_saved(self):
        seen = []

        class Center(http.server.BaseHTTPRequestHandler):
            def answer(self, document):
                seen.append(self.command + " " + self.path.split("?")[0])
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.answer({"accessToken": "new-token", "expiresIn": 3600, "refreshToken": "new-refresh"})

            def do_GET(self):
                if self.headers["x-amz-sso_bearer_token"] != "new-token":
                    return self.send_error(401)
                self.answer({"roleCredentials": {"accessKeyId": KEY, "secretAccessKey": SECRET, "sessionToken": "s",
                                                 "expiration": 4102444800000}})

            def log_message(self, *_):
                pass

        center = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Center)
        threading.Thread(target=center.serve_forever, daemon=True).start()
        url = "http://127.0.0.1:%d" % center.server_address[1]
        self.write(".aws/config", "[profile p]\nregion = us-east-1\nsso_session = s\nsso_account_id = 111122223333\n"
                   "sso_role_name = r\n[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n")
        cache = ".aws/sso/cache/%s.json" % hashlib.sha1(b"s").hexdigest()
        path = self.write(cache, json.dumps({
            "startUrl": "https://example.awsapps.com/start", "accessToken": "old-token", "expiresAt": "2020-01-01T00:00:00Z",
            "clientId": "c", "clientSecret": "cs", "refreshToken": "old-refresh", "registrationExpiresAt": "2099-01-01T00:00:00Z"}))
        try:
            status, out, err = self.run_tool(["whoami"], {
                "AWS_PROFILE": "p", "AWS_ENDPOINT_URL_SSO_OIDC": url, "AWS_ENDPOINT_URL_SSO": url}, at_home=True)
        finally:
            center.shutdown()
            center.server_close()
        self.assertEqual(status, 0, err)
        self.assertEqual(seen, ["POST /token", "GET /federation/credentials"])
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)
        self.assertEqual((saved["accessToken"], saved["refreshToken"]), ("new-token", "new-refresh"))
        self.assertEqual(os.listdir(os.path.dirname(path)), [os.path.basename(path)])

    def check_tls(self, backend):
        certificate = os.path.join(self.home, "серт.pem")
        key = os.path.join(self.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                       check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with Bedrock("--pace", "1") as bedrock, socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=forward_tls, args=(listener, context, bedrock.url), daemon=True).start()
            url = "https://localhost:%d" % listener.getsockname()[1]
            arguments = ["converse", "--endpoint", url, "--model", "m", "Hi"]
            more = {**KEYS, "AWS_MAX_ATTEMPTS": "1", "CURL_SSL_BACKEND": backend}
            good = self.run_tool(arguments, {**more, "AWS_CA_BUNDLE": windows_path(certificate)})
            bad = self.run_tool(arguments, more)
        self.assertEqual((good[0], good[1]), (0, b"You said: Hi\n"), good[2])
        self.assertEqual(bad[0], 1)
        self.assertIn("certificate", bad[2])

    def test_tls_with_a_private_authority(self):
        self.check_tls("openssl")


def forward_tls(listener, context, url):
    """Ends TLS and hands on the bytes, until the listener is closed."""
    host, port = url[len("http://"):].split(":")

    def serve(client):
        try:
            with context.wrap_socket(client, server_side=True) as inner, socket.create_connection((host, int(port))) as outer:
                def back():
                    try:
                        while piece := outer.recv(65536):
                            inner.sendall(piece)
                        inner.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                threading.Thread(target=back, daemon=True).start()
                while piece := inner.recv(65536):
                    outer.sendall(piece)
        except OSError:
            pass

    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(client,), daemon=True).start()


def main():
    global options
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("tool", "mock", "corpus", "folder"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()
    for name in ("tool", "mock", "corpus", "folder"):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    loader = unittest.defaultTestLoader
    suite = (loader.loadTestsFromNames(["Windows." + name for name in options.tests], sys.modules[__name__])
             if options.tests else loader.loadTestsFromTestCase(Windows))
    done = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(done.failures) + len(done.errors)
    print("%d passed, %d failed" % (done.testsRun - failed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
