#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each place that access keys may come from gives them, in the order of AWS's own tools; no failure shows a secret.

The bucket lives in moto, which takes any key; the proxy before it sees which one was used."""
import datetime
import hashlib
import json
import pathlib
import tempfile
import time
import unittest
import urllib.parse

import fault_proxy
import peers
from fault_proxy import Answer, Pass, Proxy, Request, Rule, error

OBJECTS = 48
LINE = ("79a5 example-bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.VERSIONING - "
        '"GET /example-bucket?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9 SigV2 '
        "ECDHE-RSA-AES128-GCM-SHA256 AuthHeader example-bucket.s3.us-west-1.amazonaws.com TLSV1.1\n")
ROLE = "arn:aws:iam::111122223333:role/reader"
HUSH = "hush"  # stands in every secret: it is never shown
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "hush-env"}


def in_seconds(seconds: float) -> str:
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def keys(key: str, seconds: float = 3600) -> Answer:
    """As containers and instances give them."""
    return Answer(200, json.dumps({"Code": "Success", "AccessKeyId": key, "SecretAccessKey": "hush-" + key,
                                   "Token": "hush-token-" + key, "Expiration": in_seconds(seconds)}).encode())


def only_with(name: str, value: str, answer: Answer) -> Rule:
    return lambda request, _: answer if request.headers.get(name) == value else Answer(401, b"no: hush")


class CredentialsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        port = peers.free_port()
        moto = peers.PEERS / "venv" / "bin" / "moto_server"
        cls.moto = cls.enterClassContext(peers.server([moto, "-H", "127.0.0.1", "-p", port], port, cls.folder / "moto.log"))
        client = peers.client("s3", cls.moto)
        client.create_bucket(Bucket="logs")
        for i in range(OBJECTS):
            client.put_object(Bucket="logs", Key=f"many/{i:02}", Body=LINE.encode())
        client.put_object(Bucket="logs", Key="one/a", Body=LINE.encode())

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        (self.home / ".aws" / "sso" / "cache").mkdir(parents=True)

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.home / name
        path.write_text(text)
        return path

    def stand_in(self, rule: Rule) -> Proxy:
        proxy = Proxy(rule)
        proxy.__enter__()
        self.addCleanup(proxy.__exit__)
        return proxy

    def ask(self, *words: str, path: str = "one/", code: int = 0, rule: Rule = lambda _, pass_on: pass_on(),
            **environment: str) -> str:
        """The key that the objects were read with."""
        proxy = Proxy(rule, self.moto)
        with proxy as url:
            done = peers.otomo("query", "SELECT count(*) AS n FROM s3_access_logs", "--from", "s3://logs/" + path,
                               "--output", "csv", *words,
                               **{"HOME": str(self.home), "AWS_ENDPOINT_URL": url} | environment)
        self.said = done.stderr
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn(HUSH, done.stdout + done.stderr)
        self.calls = [dict(urllib.parse.parse_qsl(request.body.decode())) | {"key": request.signed[0]}
                      for request in proxy.requests if request.method == "POST"]
        if code == 0:
            self.assertEqual(done.stdout, f"n\n{OBJECTS if path == 'many/' else 1}\n")
        used = [request for request in proxy.requests if request.method == "GET"]
        return used[-1].signed[0] if used else ""

    def refused(self, *words: str, told: tuple[str, ...], **environment: str) -> None:
        self.ask(*words, code=3, **environment)
        for word in told:
            self.assertIn(word, self.said)

    def test_environment(self):
        self.assertEqual(self.ask(**ENVIRONMENT), "AKIAENV")
        self.refused(AWS_SECRET_ACCESS_KEY="hush-env", told=("only one is set", "set both"))
        self.refused(told=("no AWS credentials", "--profile"))

    def test_files(self):
        self.write(".aws/credentials", "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = hush-1\n"
                   "[audit]\naws_access_key_id = AKIAAUDIT\naws_secret_access_key = hush-2\naws_session_token = hush-3\n")
        self.write(".aws/config", "[profile inline]\naws_access_key_id = AKIAINLINE\naws_secret_access_key = hush-4\n"
                   "[profile half]\naws_secret_access_key = hush-5\n")
        self.assertEqual(self.ask(), "AKIADEFAULT")
        self.assertEqual(self.ask(AWS_PROFILE="audit"), "AKIAAUDIT")
        self.assertEqual(self.ask(AWS_PROFILE="inline"), "AKIAINLINE")
        self.assertEqual(self.ask(AWS_PROFILE="audit", **ENVIRONMENT), "AKIAENV")
        self.assertEqual(self.ask("--profile", "audit", **ENVIRONMENT), "AKIAAUDIT")
        self.refused("--profile", "half", told=("profile half", "only one is set"))
        self.refused("--profile", "nobody", told=("profile nobody", "aws configure list-profiles"), **ENVIRONMENT)
        self.write(".aws/credentials", "[default]\naws_secret_access_key hush-6\n")
        self.refused(told=("credentials, line 2",))

    def test_process(self):
        whole = {"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "hush-process"}
        script = self.write("keys.sh", f"echo '{json.dumps(whole)}'\n")
        self.write(".aws/config", f"[default]\ncredential_process = exec sh '{script}'\n")
        self.assertEqual(self.ask(), "AKIAPROCESS")
        for text, told in ((f"echo '{json.dumps(whole)}'; exit 7", "ended with code 7"),
                           (f"echo '{json.dumps(whole)}'; kill -9 $$", "ended by signal 9"),
                           ("echo 'hush {'", "printed no credentials"), ("true", "printed no credentials")):
            script.write_text(text)
            self.refused(told=("profile default: credential_process", told))

    def test_role_of_another_profile(self):
        self.write(".aws/credentials", "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = hush-base\n")
        self.write(".aws/config", f"[profile reader]\nrole_arn = {ROLE}\nsource_profile = base\nexternal_id = ticket-7\n"
                   f"role_session_name = me\n[profile chain]\nrole_arn = {ROLE}2\nsource_profile = reader\n"
                   f"[profile a]\nrole_arn = {ROLE}\nsource_profile = b\n[profile b]\nrole_arn = {ROLE}\n"
                   f"source_profile = a\n[profile env]\nrole_arn = {ROLE}\ncredential_source = Environment\n"
                   f"[profile mfa]\nrole_arn = {ROLE}\nsource_profile = base\n"
                   f"mfa_serial = arn:aws:iam::111122223333:mfa/me\n[profile lost]\nrole_arn = {ROLE}\n"
                   f"source_profile = nobody\n[profile alone]\nrole_arn = {ROLE}\n")
        self.assertRegex(self.ask("--profile", "reader"), "^ASIA")
        self.assertEqual([(call["key"], call["RoleArn"], call["ExternalId"], call["RoleSessionName"])
                          for call in self.calls], [("AKIABASE", ROLE, "ticket-7", "me")])
        self.assertRegex(self.ask("--profile", "chain"), "^ASIA")
        self.assertEqual([call["RoleArn"] for call in self.calls], [ROLE, ROLE + "2"])
        self.assertRegex(self.ask("--profile", "env", **ENVIRONMENT), "^ASIA")
        self.assertEqual([call["key"] for call in self.calls], ["AKIAENV"])
        self.refused("--profile", "a", told=("leads in a circle", "config"))
        self.refused("--profile", "mfa", told=("profile mfa wants a code", "mfa/me", "in a terminal"))
        self.refused("--profile", "lost", told=("source_profile nobody does not exist",))
        self.refused("--profile", "alone", told=("neither source_profile nor credential_source",))
        self.refused("--profile", "env", told=("its source has no credentials",))

    def test_sts_has_an_endpoint_of_its_own(self):
        self.write(".aws/credentials", "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = hush-base\n")
        self.write(".aws/config", f"[profile reader]\nrole_arn = {ROLE}\nsource_profile = base\n")
        denied = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>"
        sts = self.stand_in(lambda *_: Answer(403, denied))
        self.refused("--profile", "reader", told=("profile reader", "not you", "AccessDenied", "trust policy"),
                     AWS_ENDPOINT_URL_STS=sts.url)
        self.assertEqual(len(sts.requests), 1)
        sts = Proxy(lambda _, pass_on: pass_on(), self.moto)
        with sts as url:
            self.assertRegex(self.ask("--profile", "reader", AWS_ENDPOINT_URL_STS=url), "^ASIA")
        self.assertEqual((len(sts.requests), self.calls), (1, []))

    def test_web_identity(self):
        token = self.write("token", "hush-jwt\n")
        self.write(".aws/config", f"[profile web]\nrole_arn = {ROLE}\nweb_identity_token_file = {token}\n")
        given = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": ROLE, "AWS_ROLE_SESSION_NAME": "pod"}
        self.assertRegex(self.ask(**given), "^ASIA")
        self.assertEqual([(call["key"], call["Action"], call["WebIdentityToken"], call["RoleSessionName"])
                          for call in self.calls], [("", "AssumeRoleWithWebIdentity", "hush-jwt", "pod")])
        self.assertRegex(self.ask("--profile", "web"), "^ASIA")
        self.assertEqual([call["RoleArn"] for call in self.calls], [ROLE])
        self.refused(told=("/gone", "cannot be read"), **given | {"AWS_WEB_IDENTITY_TOKEN_FILE": "/gone"})

    def test_sso(self):
        given = {"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "hush-sso", "sessionToken": "hush-t",
                                     "expiration": int((time.time() + 3600) * 1000)}}
        portal = self.stand_in(only_with("x-amz-sso_bearer_token", "hush-bearer",
                                         Answer(200, json.dumps(given).encode())))
        self.write(".aws/config", "[profile people]\nsso_session = corp\nsso_account_id = 111122223333\n"
                   "sso_role_name = Read\n[sso-session corp]\nsso_region = us-east-1\n"
                   "sso_start_url = https://corp.example/start\n[profile old]\nsso_start_url = https://old.example/start\n"
                   "sso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = Read\n")
        cache = ".aws/sso/cache/" + hashlib.sha1(b"corp").hexdigest() + ".json"
        hint = "sign in: aws sso login --profile people"
        use = {"AWS_PROFILE": "people", "AWS_ENDPOINT_URL_SSO": portal.url}
        self.refused(told=("nobody is signed in", hint), **use)
        self.write(cache, json.dumps({"accessToken": "hush-bearer", "expiresAt": in_seconds(3600)}))
        self.assertEqual(self.ask(**use), "ASIASSO")
        self.assertEqual(portal.requests[-1].query, {"account_id": "111122223333", "role_name": "Read"})
        self.write(cache, json.dumps({"accessToken": "hush-bearer", "expiresAt": in_seconds(-60)}))
        self.refused(told=("session ended", hint), **use)
        self.write(cache, json.dumps({"accessToken": "hush-other", "expiresAt": in_seconds(3600)}))
        self.refused(told=("refuses the session", hint), **use)
        self.write(cache, "hush {")
        self.refused(told=("holds no token", hint), **use)
        self.write(".aws/sso/cache/" + hashlib.sha1(b"https://old.example/start").hexdigest() + ".json",
                   json.dumps({"accessToken": "hush-bearer", "expiresAt": in_seconds(3600)}))
        self.assertEqual(self.ask(**use | {"AWS_PROFILE": "old"}), "ASIASSO")

    def test_container(self):
        endpoint = self.stand_in(only_with("authorization", "hush-pass", keys("ASIABOX")))
        token = self.write("token", "hush-pass\n")
        given = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url + "/keys",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)}
        self.assertEqual(self.ask(**given), "ASIABOX")
        token.write_text("hush-other")
        self.refused(told=("container's endpoint", "status 401"), **given)
        token.unlink()
        self.refused(told=("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "cannot be read"), **given)
        self.refused(told=("neither https:// nor a host that is allowed",),
                     **given | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/keys"})

    def test_instance(self):
        def rule(request: Request, _: Pass) -> Answer:
            if request.method == "PUT" and request.path == "/latest/api/token":
                return Answer(200, b"hush-imds") if request.headers.get("x-aws-ec2-metadata-token-ttl-seconds") else \
                    Answer(400)
            if request.headers.get("x-aws-ec2-metadata-token") != "hush-imds":
                return Answer(401)
            folder = "/latest/meta-data/iam/security-credentials/"
            return {folder: Answer(200, b"web-role"), folder + "web-role": keys("ASIABOX")}.get(request.path, Answer(404))
        service = self.stand_in(rule)
        given = {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": service.url}
        self.assertEqual(self.ask(**given), "ASIABOX")
        self.refused(told=("no AWS credentials",), **given | {"AWS_EC2_METADATA_DISABLED": "true"})
        broken = self.stand_in(lambda request, pass_on: Answer(200, b"hush {") if request.path.endswith("web-role") else
                               rule(request, pass_on))
        self.refused(told=("no credentials for its role web-role",),
                     **given | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": broken.url})

    def numbered(self, seconds: float) -> tuple[Proxy, dict[str, str]]:
        """A container's endpoint that gives other keys each time, and what leads there."""
        endpoint = self.stand_in(lambda *_: keys(f"ASIA{len(endpoint.requests)}", seconds))
        return endpoint, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url}

    def test_keys_are_renewed_while_a_query_runs(self):
        endpoint, given = self.numbered(3)
        used = []

        def rule(request: Request, pass_on: Pass) -> Answer:
            used.append(request.signed[0])
            return pass_on()
        began = time.monotonic()
        self.ask(path="many/", rule=fault_proxy.slowly(rule, 1.5), **given)
        seconds = time.monotonic() - began
        self.assertGreater(len(set(used)), 1)
        self.assertLessEqual(len(endpoint.requests), 2 + seconds / 2)

    def test_refused_keys_are_renewed_at_once(self):
        endpoint, given = self.numbered(3600)

        def rule(request: Request, pass_on: Pass) -> Answer:
            if request.signed[0] == "ASIA1" and not request.is_listing:
                return error(400, "ExpiredToken", "The provided token has expired.")
            return pass_on()
        self.assertEqual(self.ask(path="many/", rule=rule, **given), "ASIA2")
        self.assertEqual(len(endpoint.requests), 2)

    def test_keys_that_cannot_be_renewed_are_told(self):
        def once(*_) -> Answer:
            return keys("ASIA1") if len(endpoint.requests) == 1 else Answer(500, b"hush")
        endpoint = self.stand_in(once)
        expired = error(400, "ExpiredToken", "The provided token has expired.")
        self.refused(told=("ExpiredToken", "looking for new credentials", "status 500"),
                     rule=lambda *_: expired, AWS_CONTAINER_CREDENTIALS_FULL_URI=endpoint.url)
        self.refused(told=("ExpiredToken", "sign in anew"), rule=lambda *_: expired, **ENVIRONMENT)


if __name__ == "__main__":
    peers.python()
    unittest.main(verbosity=2)
