#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes samples/: the log buckets of two accounts and a host's log on one evening, with one incident in them.

    tools/make_samples.py            writes samples/ anew
    tools/make_samples.py --check    compares the committed samples with what it would write

Every byte comes from the seed below: names, times, ids, order. One part of the traffic (visitors,
backups, the intruder …) draws from its own stream of numbers, so that a change in one part leaves the
others as they were. A request to S3 is made once and told twice, as AWS does it: as a line of the
access log and as a CloudTrail event, under one request id. A connection to the bastion host is told by the host's log
and by the flow logs of its interface, with one port.

The story is in samples/README.md. Addresses are those set aside for documentation (RFC 5737, RFC 3849),
keys and accounts are AWS's own example values; nothing here was ever real.
"""

import argparse
import base64
import calendar
import hashlib
import json
import pathlib
import struct
import sys
import urllib.parse
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timezone

SEED = "otomo samples 1: "
ROOT = pathlib.Path(__file__).resolve().parent.parent / "samples"

# Numbers and times.


class Prng:
    """SplitMix64. Python's own `random` promises the same floats in every version, but not the same picks."""

    def __init__(self, stream):
        self.state = int.from_bytes(hashlib.sha256((SEED + stream).encode()).digest()[:8], "big")

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return z ^ (z >> 31)

    def below(self, n):
        return self.bits() % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, items):
        return items[self.below(len(items))]

    def weighted(self, pairs):
        at = self.below(sum(weight for _, weight in pairs))
        for item, weight in pairs:
            if at < weight:
                return item
            at -= weight

    def skewed(self, low, high):
        """Many small, few large: each doubling from low to high is equally likely."""
        start = low << self.below(max(1, (high // low).bit_length()))
        return min(high, start + self.below(start))

    def text(self, alphabet, n):
        return "".join(self.pick(alphabet) for _ in range(n))

    def hex(self, n):
        return self.text("0123456789abcdef", n)

    def request_id(self):
        return self.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16)

    def host_id(self):
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        return self.text(alphabet, 74) + self.pick("AEIMQUYcgkosw048") + "="

    def version_id(self):
        return self.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._", 32)

    def unique_string(self):
        return self.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16)

    def uuid(self):
        h = self.hex(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{self.pick('89ab')}{h[17:20]}-{h[20:]}"


MIDNIGHT_MS = calendar.timegm((2026, 10, 14, 0, 0, 0)) * 1000
MINUTE_MS = 60_000


def at(clock):
    """'17:03:12' on 14 October 2026 (UTC), in milliseconds since 1970; '25:10:00' is the day after."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return MIDNIGHT_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000


def stamp(ms, form):
    return datetime.fromtimestamp(ms // 1000, timezone.utc).strftime(form)


def iso(ms):
    return stamp(ms, "%Y-%m-%dT%H:%M:%SZ")


FIRST_MS, LAST_MS = at("15:00:00"), at("19:00:00")

# The places.

SHOP, TOOLS = "111122223333", "444455556666"
TOKYO, GLOBAL = "ap-northeast-1", "us-east-1"

OFFICE_IP = "203.0.113.25"
CI_IP = "192.0.2.10"
POLLER_IP = "192.0.2.60"
LAMBDA_IP = "192.0.2.140"
CONFIG_IP = "192.0.2.130"
INTRUDER_IP = "198.51.100.77"
SCANNER_IP = "192.0.2.201"
WEB_IPS = {"i-0a1b2c3d4e5f60718": "10.0.11.23", "i-0f9e8d7c6b5a40312": "10.0.12.41"}
S3_ENDPOINT_ID = "vpce-0a1b2c3d4e5f60718"


BASTION, BASTION_IP = "bastion-1", "10.0.3.10"
BASTION_LOGS = f"example-shop-hosts/{BASTION}"
DATABASE_IP, SSM_IP = "10.0.31.20", "10.0.31.50"
ENDPOINT_IPS = {"vpce-0b7d6e5f4c3a21908": "10.0.31.51", S3_ENDPOINT_ID: "10.0.31.52"}
BLOG_IP = "203.0.113.10"
VPC_ID = "vpc-0d4e5f60718293a4b"


@dataclass(frozen=True)
class Interface:
    """A network interface whose subnet has a flow log."""
    eni: str
    ip: str
    subnet: str
    zone: str
    flow_log: str
    instance: str = "-"
    rejects_only: bool = False  # what its flow log was asked for; it has the default format

    @property
    def phase_s(self):
        """Ten-minute capture windows close within the first four minutes of ten, on each interface in its own."""
        return int.from_bytes(hashlib.sha256(self.eni.encode()).digest()[:2], "big") % 240

    def window_end(self, second):
        return second + 600 - (second - self.phase_s) % 600


BASTION_ETH0 = Interface("eni-0b1c2d3e4f5061728", BASTION_IP, "subnet-0c1d2e3f405162738", "apne1-az4",
                         "fl-0a7b6c5d4e3f20112", "i-0c3d2e1f4a5b69788")
SPARE = Interface("eni-0d9c8b7a695847362", "10.0.3.11", "subnet-0c1d2e3f405162738", "apne1-az4", "fl-0a7b6c5d4e3f20112")
WEB_ETH0 = (
    Interface("eni-0e2f3a4b5c6d70819", "10.0.11.23", "subnet-0b11a2c3d4e5f6071", "apne1-az4", "fl-0b8c7d6e5f4a31223",
              "i-0a1b2c3d4e5f60718"),
    Interface("eni-0f3a4b5c6d7e8192a", "10.0.12.41", "subnet-0b12f6e5d4c3b2a10", "apne1-az1", "fl-0c9d8e7f605b42334",
              "i-0f9e8d7c6b5a40312"))
NODES = {
    "192.0.2.17": Interface("eni-0a4b5c6d7e8f90213", "10.0.1.17", "subnet-0a01b2c3d4e5f6a7b", "apne1-az4",
                            "fl-0d0e9f8071625344a", rejects_only=True),
    "192.0.2.34": Interface("eni-0b5c6d7e8f9021324", "10.0.2.34", "subnet-0a02c3d4e5f6a7b8c", "apne1-az1",
                            "fl-0e1f0a9182736455b", rejects_only=True)}
INTERFACES = {interface.ip: interface for interface in (BASTION_ETH0, SPARE, *WEB_ETH0, *NODES.values())}
DEFAULT_FLOW_FIELDS = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
                       "end action log-status")
FLOW_FIELDS = ("version account-id vpc-id subnet-id instance-id interface-id az-id srcaddr srcport dstaddr dstport "
               "pkt-srcaddr pkt-dstaddr protocol type tcp-flags packets bytes start end action flow-direction "
               "traffic-path log-status")


@dataclass(frozen=True)
class Bucket:
    name: str
    account: str
    data_events: bool  # does the trail record object reads and writes here?
    versioned: bool = False
    fields: int = 27  # what its lines carry: sourceRegion is the 27th

    @property
    def owner(self):
        return hashlib.sha256(("canonical user " + self.account).encode()).hexdigest()

    @property
    def host(self):
        return f"{self.name}.s3.{TOKYO}.amazonaws.com"


ASSETS = Bucket("example-shop-assets", SHOP, data_events=False)
EXPORTS = Bucket("example-shop-customer-exports", SHOP, data_events=True)
CONFIG = Bucket("example-shop-config", SHOP, data_events=True, versioned=True)
BACKUPS = Bucket("example-shop-backups", SHOP, data_events=True)
ARTIFACTS = Bucket("example-tools-artifacts", TOOLS, data_events=False, fields=26)
LOG_BUCKET = {SHOP: "example-shop-logs", TOOLS: "example-tools-logs"}


@dataclass(frozen=True)
class Balancer:
    name: str
    lb_id: str
    account: str
    domain: str
    group: str
    targets: tuple
    nodes: tuple
    fields: int = 34  # ip_address is the 34th

    @property
    def elb(self):
        return f"app/{self.name}/{self.lb_id}"

    def arn(self, service, rest):
        return f"arn:aws:{service}:{TOKYO}:{self.account}:{rest}"


SHOP_WEB = Balancer("shop-web", "50dc6c495c0c9188", SHOP, "shop.example.com", "targetgroup/shop-web/943f017f100becff",
                    ("10.0.11.23:8080", "10.0.12.41:8080"), ("192.0.2.17", "192.0.2.34"))
PORTAL = Balancer("tools-portal", "8f1c2a7be0d94a35", TOOLS, "portal.example.net",
                  "targetgroup/tools-portal/0c5d1e2f3a4b6978", ("10.8.1.15:3000",), ("192.0.2.88",), fields=33)

# The people and programs.


def unique_id(kind, name):
    """AIDA… for users, AROA… for roles, in the form of AWS's examples."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    digest = hashlib.sha256((kind + name).encode()).digest()
    return kind + "".join(letters[b % 32] for b in digest[:10]) + "EXAMPLE"


@dataclass(frozen=True)
class Principal:
    kind: str  # userIdentity.type
    account: str = ""
    name: str = ""  # of the user or role; the host name of an AWSService
    session: str = ""
    key: str = ""
    since_ms: int = 0  # when the session began
    delivery: str = ""  # ec2RoleDelivery: 1.0 for IMDSv1, 2.0 for IMDSv2
    mfa: bool = False
    console: bool = False
    invoked_by: str = ""
    path: str = ""  # of a role

    @property
    def arn(self):
        if self.kind == "Root":
            return f"arn:aws:iam::{self.account}:root"
        if self.kind == "IAMUser":
            return f"arn:aws:iam::{self.account}:user/{self.name}"
        return f"arn:aws:sts::{self.account}:assumed-role/{self.name}/{self.session}"

    @property
    def role_arn(self):
        return f"arn:aws:iam::{self.account}:role/{self.path}{self.name}"

    def identity(self):
        attributes = {"creationDate": iso(self.since_ms), "mfaAuthenticated": "true" if self.mfa else "false"}
        if self.kind == "AWSService":
            return {"type": "AWSService", "invokedBy": self.name}
        if self.kind == "AWSAccount":
            return {"type": "AWSAccount", "principalId": f"{unique_id('AROA', self.name)}:{self.session}",
                    "accountId": self.account}
        if self.kind == "Root":
            return {"type": "Root", "principalId": self.account, "arn": self.arn, "accountId": self.account,
                    "accessKeyId": self.key, **({"sessionContext": {"attributes": attributes}} if self.key else {})}
        if self.kind == "IAMUser":
            identity = {"type": "IAMUser", "principalId": unique_id("AIDA", self.name), "arn": self.arn,
                        "accountId": self.account}
            if self.key:
                identity["accessKeyId"] = self.key
            identity["userName"] = self.name
            if self.console and self.key:
                identity["sessionContext"] = {"attributes": attributes}
            return identity
        context = {"sessionIssuer": {"type": "Role", "principalId": unique_id("AROA", self.name), "arn": self.role_arn,
                                     "accountId": self.account, "userName": self.name},
                   "attributes": attributes}
        if self.delivery:
            context["ec2RoleDelivery"] = self.delivery
        identity = {"type": "AssumedRole", "principalId": f"{unique_id('AROA', self.name)}:{self.session}",
                    "arn": self.arn, "accountId": self.account, "accessKeyId": self.key, "sessionContext": context}
        if self.invoked_by:
            identity["invokedBy"] = self.invoked_by
        return identity


def service(host):
    return Principal("AWSService", name=host)


def session_key(name):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    digest = hashlib.sha256(("session key " + name).encode()).digest()
    return "ASIA" + "".join(letters[b % 32] for b in digest[:9]) + "EXAMPLE"


def assumed(account, role, session, since, **more):
    return Principal("AssumedRole", account, role, session, session_key(role + session + since), at(since), **more)


LEAKED_KEY, NEW_KEY = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
CI = Principal("IAMUser", SHOP, "ci-deploy", key=LEAKED_KEY)
CI_NEW = Principal("IAMUser", SHOP, "ci-deploy", key=NEW_KEY)
HANAKO = Principal("IAMUser", SHOP, "hanako.sato", key=session_key("hanako"), since_ms=at("18:11:40"), mfa=True,
                   console=True)
TARO = Principal("IAMUser", SHOP, "taro.suzuki", key="AKIATAROSUZUKIEXAMPL")
WEB = {i: assumed(SHOP, "shop-web-role", i, "14:12:09", delivery="2.0") for i in WEB_IPS}
STOLEN = assumed(SHOP, "shop-web-role", "i-0a1b2c3d4e5f60718", "16:41:55", delivery="1.0")
EXPORT_JOB = assumed(SHOP, "customer-export-role", "8d3f0c5be7a24e0f9b61d2c4a7e8f013", "14:58:30")
BACKUP_JOB = assumed(SHOP, "backup-role", "nightly-backup", "15:58:02")
RECORDER = assumed(SHOP, "AWSServiceRoleForConfig", "AWSConfig-BucketConfigCheck", "14:55:00",
                   invoked_by="config.amazonaws.com", path="aws-service-role/config.amazonaws.com/")
POLLER = assumed(SHOP, "metrics-poller", "metrics-poller", "14:30:00")
TOOLS_POLLER = assumed(TOOLS, "metrics-poller", "metrics-poller", "14:30:01")
PIPELINE = assumed(TOOLS, "pipeline-role", "pipeline-worker-3", "14:40:11")
DEPLOYER = assumed(SHOP, "shop-deploy-role", "pipeline-worker-3", "16:05:20")

# User agents.

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
BROWSERS = [
    (CHROME, 30),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1", 30),
    ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36", 20),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", 10),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", 8),
    ('Mozilla/5.0 (Linux; Android 14; "Osusume" Tablet) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36', 2),
]
AWS_CLI_CI = "aws-cli/2.31.9 ua/2.1 os/linux#6.8.0-79-generic md/arch#x86_64 lang/python#3.13.7 md/command#{}"
AWS_CLI_KALI = "aws-cli/2.31.4 ua/2.1 os/linux#6.12.38+kali-amd64 md/arch#x86_64 lang/python#3.13.7 md/command#{}"
AWS_CLI_OFFICE = "aws-cli/2.30.1 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/command#{}"
BOTO3 = "Boto3/1.40.46 ua/2.1 os/linux#5.10.244 md/arch#x86_64 lang/python#3.13.4 exec-env/AWS_Lambda_python3.13"
JAVA_SDK = "aws-sdk-java/2.34.5 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.150 lang/java#21.0.8"
SSM_AGENT = "aws-sdk-go/1.55.8 (go1.23.12; linux; amd64) amazon-ssm-agent/3.3.2746.0"
POLLER_AGENT = "Boto3/1.39.0 md/Botocore#1.39.0 ua/2.1 os/linux#6.8.0 lang/python#3.12.11"
HEALTH_CHECK = "Amazon-Route53-Health-Check-Service (ref 0f6d1a4e-7c2b-4b59-9c11-5d3e2a1b0c9f; report http://amzn.to/1vsZADi)"
CRAWLER = "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://bot.example.org/about)"

# What is written: five heaps.


class World:
    """All records, not yet cut into objects."""

    def __init__(self):
        self.trail = []  # (delivery slot, account, region, kind, record)
        self.s3_lines = []  # (delivery ms, bucket, line, torn?)
        self.alb_lines = []  # (ms, balancer, node, line)
        self.flows = []  # (interface, window's end, values by field)
        self.host_lines = []  # (µs, program, process id or None, login session or None, text)
        self.processes = []  # of the host: when each began, in µs

    def event(self, rng, ms, who, source, name, *, ip, agent, region=TOKYO, account=None, params=None, response=None,
              error=None, message=None, extra=None, request_id=None, read_only=True, resources=None, data=False,
              event_type="AwsApiCall", version="1.11", host="", endpoint=None, shared=None, api_version=None,
              kind="CloudTrail"):
        account = account or who.account or SHOP
        record = {"eventVersion": version, "userIdentity": who.identity(), "eventTime": iso(ms), "eventSource": source,
                  "eventName": name, "awsRegion": region, "sourceIPAddress": ip, "userAgent": agent}
        if error:
            record["errorCode"] = error
        if message:
            record["errorMessage"] = message
        record["requestParameters"] = params
        record["responseElements"] = response
        if extra:
            record["additionalEventData"] = extra
        record["requestID"] = request_id or rng.uuid()
        record["eventID"] = rng.uuid()
        record["readOnly"] = read_only
        if resources:
            record["resources"] = resources
        record["eventType"] = event_type
        if api_version:
            record["apiVersion"] = api_version
        record["managementEvent"] = not data
        record["recipientAccountId"] = account
        if shared:
            record["sharedEventID"] = shared
        if endpoint:
            record["vpcEndpointId"] = endpoint
            record["vpcEndpointAccountId"] = account
        record["eventCategory"] = "Data" if data else "Management"
        if who.kind != "AWSService" and not who.invoked_by:
            record["tlsDetails"] = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                                    "clientProvidedHostHeader": host or endpoint_host(source, region)}
            if version == "1.11":
                record["tlsDetails"]["keyExchange"] = rng.pick(("X25519MLKEM768", "x25519", "x25519", "secp256r1"))
        if who.console and event_type == "AwsApiCall":
            record["sessionCredentialFromConsole"] = "true"
        self.deliver(rng, ms, account, region, kind, record)
        return record

    def deliver(self, rng, ms, account, region, kind, record):
        """CloudTrail brings an event about five minutes later, in no order."""
        arrival = ms + rng.between(70, 420) * 1000
        self.trail.append((-(-arrival // (5 * MINUTE_MS)) * 5 * MINUTE_MS, account, region, kind, record))

    def s3(self, rng, ms, bucket, operation, key="", *, who=None, ip="-", agent="-", query="", status=200, error="-",
           message=None, sent=0, received=0, size=0, total_ms=None, referrer="-", auth="AuthHeader", endpoint=None,
           aws_client=False, params=None, response=None, resources=None, trail=True, request_id=None, version_id=None,
           raw_uri=None, lag_ms=None, torn=False, dual_stack=False, acl_required="-"):
        request_id = request_id or rng.request_id()
        host_id = rng.host_id()
        total_ms = total_ms or rng.between(9, 90) + sent // 20_000
        method = {"COPY": "PUT"}.get(operation.split(".")[1], operation.split(".")[1])
        path = "/" + urllib.parse.quote(key, safe="/*-_.")
        uri = raw_uri or f"{method} {path}{'?' + query if query else ''} HTTP/1.1"
        host = bucket.host.replace(".s3.", ".s3.dualstack.") if dual_stack else bucket.host
        if not version_id and bucket.versioned and key and status == 200 and operation in ("REST.GET.OBJECT",
                "REST.PUT.OBJECT"):
            version_id = rng.version_id()
        moved = status in (200, 206)
        fields = [bucket.owner, bucket.name, stamp(ms, "[%d/%b/%Y:%H:%M:%S +0000]"), ip, who.arn if who else "-",
                  request_id, operation, twice_encoded(key) or "-", f'"{uri}"', str(status), error, str(sent) if sent
                  else "-", str(size) if size else "-", str(total_ms), str(max(1, total_ms - sent // 25_000 - 3))
                  if moved else "-", f'"{referrer}"', f'"{agent}"', version_id or "-", host_id, "SigV4" if auth != "-"
                  else "-", "TLS_AES_128_GCM_SHA256", auth, host, "TLSv1.3", "-", acl_required, TOKYO
                  if endpoint or aws_client else "-"]
        self.s3_line(rng, ms, bucket, fields, lag_ms=lag_ms, torn=torn)
        name, is_data, read_only = S3_API.get(operation, (None, True, True))
        if not trail or not who or not name or (is_data and not bucket.data_events):
            return request_id
        record_params = {"bucketName": bucket.name, "Host": host}
        for pair in query.split("&") if query else ():
            left, _, right = pair.partition("=")
            record_params[left] = urllib.parse.unquote(right)
        if key:
            record_params["key"] = key
        record_params.update(params or {})
        extra = {"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredIn": received}
        if is_data and key and moved:
            extra["SSEApplied"] = "Default_SSE_S3"
        extra.update({"AuthenticationMethod": auth, "x-amz-id-2": host_id, "bytesTransferredOut": sent})
        bucket_arn = f"arn:aws:s3:::{bucket.name}"
        if resources is None:
            resources = []
            if key:
                resources.append({"type": "AWS::S3::Object", "ARN": f"{bucket_arn}/{key}"})
            elif name == "ListObjects":
                resources.append({"type": "AWS::S3::Object", "ARNPrefix": f"{bucket_arn}/"})
        resources = resources + [{"accountId": bucket.account, "type": "AWS::S3::Bucket", "ARN": bucket_arn}]
        denied = error == "AccessDenied"
        if denied and not message:
            message = refusal(who, "s3:" + S3_ACTIONS.get(name, name), f"{bucket_arn}/{key}" if key else bucket_arn)
        self.event(rng, ms + total_ms, who, "s3.amazonaws.com", name, ip=who.invoked_by or ip,
                   agent=who.invoked_by or f"[{agent}]", params=record_params, response=response, extra=extra,
                   error=None if error == "-" else error, message=message if error != "-" else None,
                   request_id=request_id, read_only=read_only, resources=resources, data=is_data, host=""
                   if who.invoked_by else host, endpoint=endpoint, account=bucket.account)
        return request_id

    def s3_line(self, rng, ms, bucket, fields, *, lag_ms=None, torn=False):
        line = " ".join(fields[:bucket.fields])
        if torn:  # cut inside the cipher suite: 21 of 27 fields, as a broken transfer leaves it
            line = " ".join(fields[:20]) + " " + fields[20][:10]
        self.s3_lines.append((self.s3_delivery(rng, ms, bucket, lag_ms), bucket, line, torn))

    @staticmethod
    def s3_delivery(rng, ms, bucket, lag_ms):
        """Twenty minutes of a bucket's requests come together, half an hour to two hours later; some far later."""
        slot_ms = 20 * MINUTE_MS
        if lag_ms:
            return ms + lag_ms
        slot = ms // slot_ms
        if rng.chance(3):
            slot += 2  # a straggler: comes with a later object
        lag = int.from_bytes(hashlib.sha256(f"{bucket.name}{slot}".encode()).digest()[:4], "big")
        return (slot + 1) * slot_ms + (27 * MINUTE_MS) + lag % (45 * MINUTE_MS) // 1000 * 1000

    def alb(self, rng, ms, balancer, client, method, path, status, *, agent, kind="h2", port=443, version=None,
            target=True, target_status=None, sent=None, received=None, target_ms=None, rule="0", action="forward",
            redirect="-", error="-", classified=("-", "-"), request=None, domain=None):
        scheme = {"h2": "https"}.get(kind, kind)
        version = version or ("HTTP/2.0" if kind == "h2" else "HTTP/1.1")
        domain = balancer.domain if domain is None else domain
        agent = agent.replace('"', "\\x22")  # the balancer escapes what S3 leaves bare
        request = request or f"{method} {scheme}://{domain or balancer.domain}:{port}{path} {version}"
        tls = kind in ("h2", "https", "wss")
        target_ms = target_ms if target_ms is not None else rng.between(3, 60)
        backend = rng.pick(balancer.targets) if target else "-"
        times = ["-1", "-1", "-1"]
        if target:
            times = [f"0.00{rng.below(3)}", f"{target_ms // 1000}.{target_ms % 1000:03d}", "0.000"]
        elif action == "redirect":
            times = ["0.000", "0.000", "0.000"]
        target_status = str(target_status or status) if target else "-"
        micros = rng.below(1000)
        start = ms - target_ms - rng.between(0, 4)
        fields = [kind, f"{stamp(ms, '%Y-%m-%dT%H:%M:%S')}.{ms % 1000:03d}{micros:03d}Z", balancer.elb,
                  f"{client}:{rng.between(1024, 65535)}", backend, *times, str(status) if status else "-",
                  target_status, str(received or rng.between(38, 620)), str(sent if sent is not None
                      else rng.skewed(300, 60_000)),
                  f'"{request}"', f'"{agent}"', "TLS_AES_128_GCM_SHA256" if tls else "-", "TLSv1.3" if tls else "-",
                  balancer.arn("elasticloadbalancing", balancer.group) if target else "-",
                  f'"Root=1-{ms // 1000:08x}-{rng.hex(24)}"' if request[0] != "-" else '"-"',
                  f'"{domain}"' if tls else '"-"',
                  '"' + balancer.arn("acm", "certificate/12345678-1234-1234-1234-123456789012") + '"' if tls else '"-"',
                  rule, f"{stamp(start, '%Y-%m-%dT%H:%M:%S')}.{start % 1000:03d}000Z", f'"{action}"', f'"{redirect}"',
                  f'"{error}"', f'"{backend}"', f'"{target_status}"', f'"{classified[0]}"', f'"{classified[1]}"',
                  "TID_" + rng.hex(32), '"-"', '"-"', '"-"']
        node = rng.pick(balancer.nodes)
        fields.append(node)
        self.alb_lines.append((ms, balancer, node, " ".join(fields[:balancer.fields])))


    def process(self, us):
        """A process of the host. It gets its id when all are known: ids rise with time."""
        self.processes.append(us)
        return len(self.processes) - 1

    def host(self, us, program, text, process=None, session=None):
        self.host_lines.append((us, program, process, session, text))

    def flow(self, interface, start_ms, end_ms, source, source_port, target, target_port, packets, size, *, protocol=6,
             action="ACCEPT", first_flags=0, last_flags=0):
        """One direction of a connection as one interface sees it: a record for each capture window that it touches."""
        begin, end = start_ms // 1000, max(start_ms, end_ms) // 1000
        if start_ms < FIRST_MS or (interface.rejects_only and action == "ACCEPT"):
            return
        cuts, cut = [], begin
        while cut <= end:
            cut = interface.window_end(cut)
            cuts.append(cut)
        packets = max(packets, len(cuts))
        egress = source == interface.ip
        path = "1" if target.startswith("10.") or interface in WEB_ETH0 else "8"
        told, told_bytes, start = 0, 0, begin
        for n, cut in enumerate(cuts):
            later = len(cuts) - n - 1  # windows behind this one: at least a packet for each
            last = later == 0
            share = packets * (cut - begin) // (end - begin + 1)
            upto = packets if last else max(told + 1, min(packets - later, share))
            upto_bytes = size * upto // packets
            flags = (first_flags if n == 0 else 0) | (last_flags if last else 0)
            self.flows.append((interface, cut, {
                "srcaddr": source, "dstaddr": target, "srcport": source_port, "dstport": target_port,
                "pkt-srcaddr": source, "pkt-dstaddr": target, "protocol": protocol, "packets": upto - told,
                "bytes": upto_bytes - told_bytes, "start": start, "end": end if last else cut - 1, "action": action,
                "log-status": "OK", "type": "IPv6" if ":" in source else "IPv4", "tcp-flags": flags,
                "flow-direction": "egress" if egress else "ingress", "traffic-path": path if egress else "-"}))
            told, told_bytes, start = upto, upto_bytes, cut

    def connection(self, start_ms, end_ms, client, client_port, server, server_port, up, down, *, whole=True):
        """Both directions, on each of the two interfaces that has a flow log. `whole`: begun and ended here."""
        up_packets, down_packets = 4 + up // 1_200 + down // 2_800, 3 + down // 1_400 + up // 2_400
        for interface in (INTERFACES[ip] for ip in (client, server) if ip in INTERFACES):
            self.flow(interface, start_ms, end_ms, client, client_port, server, server_port, up_packets,
                      up + 52 * up_packets, first_flags=2 if whole else 0, last_flags=1 if whole else 0)
            self.flow(interface, start_ms, end_ms, server, server_port, client, client_port, down_packets,
                      down + 52 * down_packets, first_flags=18 if whole else 0, last_flags=1 if whole else 0)

    def knock(self, ms, source, source_port, interface, port, *, packets=1, packet_bytes=60, protocol=6):
        """What a security group lets fall. A client that hears nothing asks again after one second, then after two."""
        self.flow(interface, ms, ms + (0, 1_000, 3_000)[packets - 1], source, source_port, interface.ip, port, packets,
                  packets * packet_bytes, protocol=protocol, action="REJECT", first_flags=2 if protocol == 6 else 0)


# operation → CloudTrail's event name, data event?, read only?
S3_API = {
    "REST.GET.OBJECT": ("GetObject", True, True),
    "REST.HEAD.OBJECT": ("HeadObject", True, True),
    "REST.PUT.OBJECT": ("PutObject", True, False),
    "REST.COPY.OBJECT": ("CopyObject", True, False),
    "REST.DELETE.OBJECT": ("DeleteObject", True, False),
    "REST.POST.MULTI_OBJECT_DELETE": ("DeleteObjects", True, False),
    "REST.POST.UPLOADS": ("CreateMultipartUpload", True, False),
    "REST.PUT.PART": ("UploadPart", True, False),
    "REST.POST.UPLOAD": ("CompleteMultipartUpload", True, False),
    "REST.GET.BUCKET": ("ListObjects", True, True),
    "REST.GET.LOCATION": ("GetBucketLocation", False, True),
    "REST.GET.ACL": ("GetBucketAcl", False, True),
    "REST.GET.BUCKETPOLICY": ("GetBucketPolicy", False, True),
    "REST.GET.ENCRYPTION": ("GetBucketEncryption", False, True),
    "REST.GET.VERSIONING": ("GetBucketVersioning", False, True),
    "REST.GET.LIFECYCLE": ("GetBucketLifecycle", False, True),
    "REST.GET.LOGGING_STATUS": ("GetBucketLogging", False, True),
    "REST.PUT.LOGGING_STATUS": ("PutBucketLogging", False, False),
    "REST.PUT.BUCKETPOLICY": ("PutBucketPolicy", False, False),
    "REST.PUT.LIFECYCLE": ("PutBucketLifecycle", False, False),
    "REST.PUT.VERSIONING": ("PutBucketVersioning", False, False),
}
S3_ACTIONS = {"ListObjects": "ListBucket", "HeadObject": "GetObject", "GetBucketLifecycle": "GetLifecycleConfiguration",
              "PutBucketLifecycle": "PutLifecycleConfiguration", "GetBucketEncryption": "GetEncryptionConfiguration"}


def endpoint_host(source, region):
    name = source.split(".")[0]
    if name in ("iam", "cloudfront"):
        return source
    if name == "monitoring":
        return f"monitoring.{region}.amazonaws.com"
    return f"{name}.{region}.amazonaws.com"


def refusal(who, action, resource=None, explicit=False):
    reason = ("with an explicit deny in an identity-based policy" if explicit
              else f"because no identity-based policy allows the {action} action")
    where = f' on resource: "{resource}"' if resource else ""
    return f"User: {who.arn} is not authorized to perform: {action}{where} {reason}"


def twice_encoded(key):
    """The key as most operations log it: the path of the request, encoded once more."""
    return urllib.parse.quote(urllib.parse.quote(key, safe="/*-_."), safe="/*-_.")


def once_encoded(key):
    """The key as batch deletes and lifecycle rules log it."""
    return urllib.parse.quote(key, safe="/*-_. ").replace(" ", "+")


def each(first, last, step_s, rng, jitter_ms=5_000):
    """Times from first to last, every step_s seconds, each up to jitter_ms late."""
    ms = at(first)
    while ms < at(last):
        yield ms + rng.between(0, jitter_ms)
        ms += step_s * 1000



# Everyday traffic.

GOODS = ["秋の味覚 詰め合わせ", "新米 5kg", "ほうじ茶", "tenugui-indigo", "furoshiki-L", "donabe-24cm", "kokeshi", "hashi-set"]


def photo(rng, item):
    """The key of a product's picture; the older catalogue has Japanese names with spaces."""
    if item % 9 == 0:
        return f"カタログ/2026 秋/{GOODS[item % 3]}.jpg"
    return f"img/item/{item}/{rng.pick(('front', 'front', 'side', 'thumb'))}.jpg"


def visitors(world):
    """Customers in their browsers: pages through the balancer, pictures straight from the assets bucket."""
    rng = Prng("visitors")
    for _ in range(255):
        ms = FIRST_MS + rng.below(at("18:52:00") - FIRST_MS)
        ip = f"203.0.113.{rng.between(60, 250)}" if rng.chance(60) else f"198.51.100.{rng.between(100, 250)}"
        if rng.chance(9):
            ip = f"2001:db8:{rng.between(1, 0xFFF):x}::{rng.between(2, 0xFFFF):x}"
        client = f"[{ip}]" if ":" in ip else ip
        agent = rng.weighted(BROWSERS)
        if rng.chance(25):
            world.alb(rng, ms, SHOP_WEB, client, "GET", "/", 301, agent=agent, kind="http", port=80, target=False,
                      target_ms=0, sent=267, action="redirect", redirect="https://shop.example.com:443/")
            ms += rng.between(80, 400)
        for _ in range(rng.between(3, 8)):
            item = 1000 + rng.skewed(1, 64)
            method, path, status = rng.weighted((
                (("GET", "/", 200), 14),
                (("GET", f"/items/{item}", 200), 36),
                (("GET", "/search?q=" + urllib.parse.quote(GOODS[item % 8]), 200), 14),
                (("GET", f"/api/stock?item={item}", 200), 9),
                (("GET", "/api/preview?url=" + urllib.parse.quote(f"https://blog.example.org/{item}", safe=""), 200),
                 3),
                (("GET", "/cart", 200), 8),
                (("POST", "/cart", 303), 6),
                (("POST", "/login", 302), 4),
                (("GET", "/news/2026-10", 304), 3),
                (("GET", "/favicon.ico", 404), 2),
                (("POST", "/checkout", 200), 1),
            ))
            world.alb(rng, ms, SHOP_WEB, client, method, path, status, agent=agent, sent=0 if status == 304 else None)
            if path.startswith("/items/") or path == "/":
                for _ in range(rng.weighted(((0, 4), (1, 4), (2, 2)))):
                    picture(world, rng, ms + rng.between(150, 900), ip, agent, item)
            ms += rng.between(900, 30_000)


def picture(world, rng, ms, ip, agent, item):
    key, status, error = photo(rng, item), 200, "-"
    size = 20_000 + int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") * 3
    sent = size
    chance = rng.below(100)
    if chance < 22:
        status, sent = 304, 0
    elif chance < 25:
        status, sent, size, error, key = 404, 297, 0, "NoSuchKey", f"img/item/{item}/back.jpg"
    elif chance < 28:
        status, sent = 206, 8192
    world.s3(rng, ms, ASSETS, "REST.GET.OBJECT", key, ip=ip, agent=agent, status=status, error=error, sent=sent,
             size=size, referrer=f"https://shop.example.com/items/{item}", auth="-", dual_stack=":" in ip)


def watchers(world):
    """Health checks, a crawler, a chat page's sockets, broken clients, and somebody else's harmless scan."""
    rng = Prng("watchers")
    for ip in ("192.0.2.220", "192.0.2.231"):
        for ms in each("15:00:00", "19:00:00", 90, rng, 800):
            world.alb(rng, ms, SHOP_WEB, ip, "GET", "/healthz", 200, agent=HEALTH_CHECK, kind="https", sent=152,
                      received=164, target_ms=rng.between(1, 4), rule="10")
    for ms in each("15:00:20", "19:00:00", 240, rng, 90_000):
        item = rng.between(1001, 1064)
        world.alb(rng, ms, SHOP_WEB, "192.0.2.180", "GET", f"/items/{item}", 200, agent=CRAWLER, kind="https")
        world.s3(rng, ms + 700, ASSETS, "REST.GET.OBJECT", "robots.txt", ip="192.0.2.180", agent=CRAWLER, sent=68,
                 size=68, auth="-")
    for _ in range(14):
        ms = FIRST_MS + rng.below(LAST_MS - FIRST_MS)
        world.alb(rng, ms, SHOP_WEB, f"203.0.113.{rng.between(60, 250)}", "GET", "/chat", 101, agent=CHROME, kind="wss",
                  target_ms=rng.between(9_000, 280_000), sent=rng.skewed(900, 40_000), rule="20")
    for _ in range(9):
        ms = FIRST_MS + rng.below(LAST_MS - FIRST_MS)
        status = rng.pick((502, 504, 500, 460))
        world.alb(rng, ms, SHOP_WEB, f"203.0.113.{rng.between(60, 250)}", "GET", f"/items/{rng.between(1001, 1064)}",
                  status, agent=CHROME, target=status == 500, sent=272)
    for request in ("- http://shop-web-1234567890.ap-northeast-1.elb.amazonaws.com:80- -", "- - -", "- - - "):
        ms = FIRST_MS + rng.below(LAST_MS - FIRST_MS)
        world.alb(rng, ms, SHOP_WEB, f"192.0.2.{rng.between(202, 215)}", "-", "", 400, agent="-", kind="http",
                  target=False, received=0, sent=272, rule="-", action="-", request=request)
    ms = at("18:03:10")
    world.alb(rng, ms, SHOP_WEB, "192.0.2.209", "POST", "/login", 400, agent="python-requests/2.32.5", kind="http",
              port=80, target=False, sent=122, rule="-", action="-", classified=("Ambiguous", "BadContentLength"))
    for path in ("/wp-login.php", "/xmlrpc.php", "/.env", "/phpinfo.php", "/admin/", "/.git/config", "/solr/",
                 "/actuator/env", "/cgi-bin/luci", "/boaform/admin/formLogin", "/manager/html", "/.DS_Store"):
        for kind, port in (("http", 80), ("https", 443)):
            ms = at("15:37:00") + rng.below(8 * MINUTE_MS)
            world.alb(rng, ms, SHOP_WEB, SCANNER_IP, "GET", path, 301 if kind == "http" else 404,
                      agent="Go-http-client/1.1", kind=kind, port=port, target=kind == "https", action="redirect"
                      if kind == "http" else "forward", redirect=f"https://shop.example.com:443{path}"
                      if kind == "http" else "-", target_ms=2, sent=267)
    for ms in each("15:01:00", "19:00:00", 150, rng, 60_000):
        path, status = rng.weighted(((("/", 200), 4), (("/builds", 200), 5), (("/login", 302), 1)))
        world.alb(rng, ms, PORTAL, OFFICE_IP, "GET", path, status, agent=CHROME, action="authenticate,forward"
                  if status == 200 else "authenticate", target=status == 200)
    quoted = 'img/banner/"秋"-sale.png'
    for n, ip in enumerate(("203.0.113.91", "203.0.113.118", "198.51.100.131")):
        world.s3(rng, at(f"16:1{n}:07"), ASSETS, "REST.GET.OBJECT", quoted, ip=ip, agent=CHROME, auth="-", status=403,
                 error="AccessDenied", sent=243, raw_uri='GET /img/banner/"%E7%A7%8B"-sale.png HTTP/1.1',
                 referrer="https://shop.example.com/")


def exports_and_backups(world):
    """The evening's batch work: customer exports are written, copied to the backups, old backups expire."""
    rng = Prng("exports and backups")
    agent = JAVA_SDK
    for n, key in enumerate(export_keys()):
        if n % 3:
            continue  # written on other days
        ms = at("15:04:00") + n * 11_000 + rng.below(4_000)
        size = export_size(key)
        world.s3(rng, ms, EXPORTS, "REST.PUT.OBJECT", key, who=EXPORT_JOB, ip="10.0.21.9", agent=agent, received=size,
                 size=size, endpoint=S3_ENDPOINT_ID, total_ms=120 + size // 40_000, query="x-id=PutObject",
                 response={"x-amz-server-side-encryption": "AES256"})
        copied = at("16:00:30") + n * 9_000 + rng.below(3_000)
        copy(world, rng, copied, EXPORTS, BACKUPS, key, "exports/2026-10-14/" + key.split("/", 1)[1], size)
    upload_id = rng.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40)
    for database, first in (("shop", "16:20:00"), ("members", "16:31:00")):
        key, ms = f"db/{database}/2026-10-14.sql.zst", at(first)
        common = {"who": BACKUP_JOB, "ip": LAMBDA_IP, "agent": BOTO3, "aws_client": True}
        world.s3(rng, ms, BACKUPS, "REST.POST.UPLOADS", key, query="uploads=", sent=341, **common)
        for part in range(1, 19):
            ms += rng.between(5_000, 9_000)
            world.s3(rng, ms, BACKUPS, "REST.PUT.PART", key, query=f"partNumber={part}&uploadId={upload_id}",
                     received=8_388_608, size=8_388_608, total_ms=rng.between(380, 900),
                     response={"x-amz-server-side-encryption": "AES256"}, **common)
        world.s3(rng, ms + 2_000, BACKUPS, "REST.POST.UPLOAD", key, query=f"uploadId={upload_id}", sent=402,
                 size=18 * 8_388_608, **common)
    for n in range(110):
        ms = at("15:10:00") + rng.below(90 * MINUTE_MS)
        lifecycle(world, rng, ms, BACKUPS, "S3.EXPIRE.OBJECT" if n % 4 else "S3.TRANSITION_GIR.OBJECT",
                  f"exports/2026-0{rng.between(7, 8)}-{rng.between(10, 28)}/{rng.pick(('orders', 'members', '顧客一覧 関東', '顧客一覧 九州'))}-{n:04d}.csv.gz",
                  rng.skewed(40_000, 6_000_000))
    for n in range(6):
        lifecycle(world, rng, at("16:50:00") + rng.below(40 * MINUTE_MS), CONFIG,
                  "S3.CREATE.DELETEMARKER" if n % 2 else "S3.DELETE.UPLOAD", f"releases/{rng.hex(7)}/bundle {n}.tgz", 0)
    downloads = [key for n, key in enumerate(export_keys()) if n % 17 == 0]
    for n, key in enumerate(downloads):
        size = export_size(key)
        world.s3(rng, at("15:20:00") + n * 260_000, EXPORTS, "REST.GET.OBJECT", key, who=TARO, ip=OFFICE_IP,
                 agent=CHROME, query="response-content-disposition=attachment&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=300&X-Amz-SignedHeaders=host",
                 auth="QueryString", sent=size, size=size, referrer="https://portal.example.net/")


def copy(world, rng, ms, source, target, key, target_key, size):
    """A copy is two lines under one request id, and one event."""
    request_id = world.s3(
        rng, ms, target, "REST.COPY.OBJECT", target_key, who=BACKUP_JOB, ip=LAMBDA_IP, agent=BOTO3, sent=234, size=size,
        aws_client=True, total_ms=60 + size // 100_000, params={"x-amz-copy-source": urllib.parse.quote(f"{source.name}/{key}", safe="/")},
        response={"x-amz-server-side-encryption": "AES256"},
        resources=[{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{target.name}/{target_key}"},
                   {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{source.name}/{key}"},
                   {"accountId": source.account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{source.name}"}])
    world.s3_line(rng, ms, source, [
        source.owner, source.name, stamp(ms, "[%d/%b/%Y:%H:%M:%S +0000]"), LAMBDA_IP, BACKUP_JOB.arn, request_id,
        "REST.COPY.OBJECT_GET", twice_encoded(key), "-", "-", "-", "-", str(size), "-", "-", "-", "-", "-",
        rng.host_id(), "SigV4", "TLS_AES_128_GCM_SHA256", "AuthHeader", target.host, "TLSv1.3", "-", "-", TOKYO])


def lifecycle(world, rng, ms, bucket, operation, key, size):
    """Work of the bucket's own rules: no address, no request, the dashes quoted; no event in the trail."""
    world.s3_line(rng, ms, bucket, [
        bucket.owner, bucket.name, stamp(ms, "[%d/%b/%Y:%H:%M:%S +0000]"), "-", "AmazonS3", rng.request_id(), operation,
        once_encoded(key), '"-"', "-", "-", "-", str(size) if size else "-", "-", "-", '"-"', '"-"', rng.version_id()
        if bucket.versioned else "-", rng.host_id(), "-", "-", "-", "-", "-", "-", "-", "-"])


def export_keys():
    """What lies in the customer-exports bucket: by month and prefecture, orders by day, and one old dump."""
    keys = []
    for region in ("北海道", "東北", "関東", "中部", "近畿", "中国 四国", "九州 沖縄"):
        for month in range(1, 10):
            keys.append(f"monthly/2026-{month:02d}/顧客一覧 {region}.csv.gz")
    for month in (8, 9):
        for day in range(1, 29):
            keys.append(f"orders/2026-{month:02d}/orders-2026{month:02d}{day:02d}.csv.gz")
            keys.append(f"members/2026-{month:02d}/members-2026{month:02d}{day:02d}.csv.gz")
    return keys


def export_size(key):
    return 180_000 + int.from_bytes(hashlib.sha256(("size of " + key).encode()).digest()[:3], "big") // 5


def deployments(world):
    """The CI user from its own address, and the tools account's pipeline through a role."""
    rng = Prng("deployments")
    for first, who in (("15:12:00", CI), ("15:58:00", CI), ("16:47:00", CI), ("17:36:00", CI), ("18:30:00", None),
                       ("18:44:00", CI_NEW)):
        ms, release = at(first), rng.hex(7)
        agent = AWS_CLI_CI.format("s3.cp")
        if who is None:  # the key has just been made inactive: S3 says so, CloudTrail does not record such requests
            for n in range(3):
                world.s3(rng, ms + n * 2_100, CONFIG, "REST.PUT.OBJECT", f"releases/{release}/bundle.tgz", ip=CI_IP,
                         agent=agent, status=403, error="InvalidAccessKeyId", sent=306, total_ms=7)
            continue
        call(world, rng, ms, who, "sts", "GetCallerIdentity", ip=CI_IP,
             agent=AWS_CLI_CI.format("sts.get-caller-identity"),
             response={"userId": unique_id("AIDA", "ci-deploy"), "account": SHOP, "arn": who.arn})
        for n in range(9):
            ms += rng.between(400, 2_600)
            size = rng.skewed(2_000, 900_000)
            world.s3(rng, ms, ASSETS, "REST.PUT.OBJECT", f"static/{release}/app-{n}.js", who=who, ip=CI_IP, agent=agent,
                     received=size, size=size)
        world.s3(rng, ms + 900, CONFIG, "REST.PUT.OBJECT", f"releases/{release}/bundle.tgz", who=who, ip=CI_IP,
                 agent=agent, received=4_210_331, size=4_210_331, total_ms=301,
                 response={"x-amz-server-side-encryption": "AES256"})
        world.s3(rng, ms + 1_700, CONFIG, "REST.GET.OBJECT", "ci/deploy.env", who=who, ip=CI_IP, agent=agent,
                 sent=1_204, size=1_204)
        batch_delete(world, rng, ms + 3_000, CONFIG, who, CI_IP, AWS_CLI_CI.format("s3.rm"),
                     [f"releases/{rng.hex(7)}/bundle.tgz" for _ in range(2)])
        batch_delete(world, rng, ms + 5_000, ASSETS, who, CI_IP, AWS_CLI_CI.format("s3.rm"),
                     [f"static/{rng.hex(7)}/app {n}.js" for n in range(rng.between(7, 12))])
        call(world, rng, ms + 9_000, who, "cloudfront", "CreateInvalidation", region=GLOBAL, ip=CI_IP, read_only=False,
             agent=AWS_CLI_CI.format("cloudfront.create-invalidation"), api_version="2020_05_31",
             params={"distributionId": "EDFDVBD6EXAMPLE", "invalidationBatch": {"callerReference": f"cli-{ms // 1000}",
                                                                                 "paths": {"items": ["/static/*"],
                                                                                     "quantity": 1}}})
    for first in ("16:05:20", "17:10:02", "18:50:41"):
        ms, shared = at(first), rng.uuid()
        parameters = {"roleArn": DEPLOYER.role_arn, "roleSessionName": DEPLOYER.session, "durationSeconds": 3600}
        answer = {"credentials": {"accessKeyId": DEPLOYER.key, "sessionToken": "EXAMPLE-SESSION-TOKEN",
                                  "expiration": stamp(ms + 3_600_000, "%b %d, %Y, %I:%M:%S %p")},
                  "assumedRoleUser": {"assumedRoleId": f"{unique_id('AROA', DEPLOYER.name)}:{DEPLOYER.session}",
                                      "arn": DEPLOYER.arn}}
        role = [{"accountId": SHOP, "type": "AWS::IAM::Role", "ARN": DEPLOYER.role_arn}]
        for who, account in ((PIPELINE, TOOLS), (Principal("AWSAccount", TOOLS, PIPELINE.name, PIPELINE.session),
                SHOP)):
            call(world, rng, ms, who, "sts", "AssumeRole", ip="10.8.3.77", agent=BOTO3, params=parameters,
                 response=answer, resources=role, shared=shared, account=account)
        for n, name in enumerate(("DescribeServices", "RegisterTaskDefinition", "UpdateService", "DescribeServices",
                                  "DescribeServices")):
            call(world, rng, ms + 2_000 + n * 7_000, DEPLOYER, "ecs", name, ip="10.8.3.77", agent=BOTO3,
                 read_only=name.startswith("Describe"),
                 params={"DescribeServices": {"cluster": "shop", "services": ["export-job"]},
                         "UpdateService": {"cluster": "shop", "service": "export-job"},
                         "RegisterTaskDefinition": {"family": "export-job", "networkMode": "awsvpc", "cpu": "512",
                             "memory": "1024"}}[name])
    for ms in each("15:02:00", "19:00:00", 100, rng, 90_000):
        key = f"builds/{rng.between(8800, 8830)}/artifact.tar.zst"
        size = 900_000 + rng.below(4_000_000)
        put = rng.chance(35)
        world.s3(rng, ms, ARTIFACTS, "REST.PUT.OBJECT" if put else "REST.GET.OBJECT", key, who=PIPELINE, ip="10.8.3.77",
                 agent=BOTO3, sent=0 if put else size, size=size, endpoint="vpce-0cc4b1f2d3e4a5967")
    for ms in each("15:03:00", "19:00:00", 600, rng, 30_000):
        call(world, rng, ms, PIPELINE, "codebuild", "BatchGetBuilds", ip="10.8.3.77", agent=BOTO3,
             params={"ids": [f"shop:{rng.uuid()}"]})


def batch_delete(world, rng, ms, bucket, who, ip, agent, keys):
    """One request that deletes many: its own line, and one per key without a request and with the key encoded once."""
    request_id = world.s3(rng, ms, bucket, "REST.POST.MULTI_OBJECT_DELETE", who=who, ip=ip, agent=agent,
                          query="delete=", sent=260 + 60 * len(keys), received=90 * len(keys),
                          total_ms=rng.between(60, 200))
    for key in keys:
        world.s3_line(rng, ms, bucket, [
            bucket.owner, bucket.name, stamp(ms, "[%d/%b/%Y:%H:%M:%S +0000]"), ip, who.arn, request_id,
            "BATCH.DELETE.OBJECT", once_encoded(key), "-", "204", "-", "-", str(rng.skewed(2_000, 900_000)), "-", "-",
            "-", "-", "-", rng.host_id(), "SigV4", "TLS_AES_128_GCM_SHA256", "AuthHeader", bucket.host, "TLSv1.3", "-",
            "-", "-"])


def call(world, rng, ms, who, source, name, **details):
    """An API call that is not S3's. A refused one keeps no parameters, EC2's excepted."""
    error, explicit = details.get("error"), details.pop("explicit", False)
    if error and "message" not in details:
        action = f"{source}:{name}".replace("20150331", "")
        details["message"] = ("You are not authorized to perform this operation." if source == "ec2"
                              else refusal(who, action, details.pop("on", None), explicit))
    return world.event(rng, ms, who, source + ".amazonaws.com", name, **details)


def machinery(world):
    """What runs in every account day and night: agents, pollers, functions, CloudTrail's own checks, AWS Config."""
    rng = Prng("machinery")
    for ms in each("15:01:00", "19:00:00", 300, rng, 40_000):
        for instance, who in WEB.items():
            call(world, rng, ms + rng.below(60_000), who, "ssm", "UpdateInstanceInformation", ip=WEB_IPS[instance],
                 agent=SSM_AGENT, read_only=False,
                 params={"instanceId": instance, "agentVersion": "3.3.2746.0", "agentStatus": "Active",
                         "platformType": "Linux", "platformName": "Amazon Linux", "platformVersion": "2023",
                         "iPAddress": WEB_IPS[instance], "agentName": "amazon-ssm-agent"})
        for name in ("shop-thumbnails", "shop-mailer", "shop-search", "shop-points"):
            role, session = f"{name}-role", name
            call(world, rng, ms + rng.below(200_000), service("lambda.amazonaws.com"), "sts", "AssumeRole",
                 ip="lambda.amazonaws.com", agent="lambda.amazonaws.com", shared=rng.uuid(), account=SHOP,
                 params={"roleArn": f"arn:aws:iam::{SHOP}:role/{role}", "roleSessionName": session},
                 response={"credentials": {"accessKeyId": session_key(name + str(ms)),
                                           "sessionToken": "EXAMPLE-SESSION-TOKEN", "expiration": stamp(ms + 43_200_000,
                                               "%b %d, %Y, %I:%M:%S %p")},
                           "assumedRoleUser": {"assumedRoleId": f"{unique_id('AROA', role)}:{session}",
                                               "arn": f"arn:aws:sts::{SHOP}:assumed-role/{role}/{session}"}},
                 resources=[{"accountId": SHOP, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{SHOP}:role/{role}"}])
            if rng.chance(60):
                call(world, rng, ms + 210_000, assumed(SHOP, role, name, stamp(ms, "%H:%M:%S")), "logs",
                     "CreateLogStream", ip=LAMBDA_IP, agent="awslambda-worker/1.0 rusoto/0.48.0 rust/1.81.0 linux",
                     read_only=False,
                     params={"logGroupName": f"/aws/lambda/{name}",
                             "logStreamName": f"2026/10/14/[$LATEST]{rng.hex(32)}"})
        for account in (SHOP, TOOLS):
            log_bucket = LOG_BUCKET[account]
            host = f"{log_bucket}.s3.{TOKYO}.amazonaws.com"
            world.event(rng, ms + rng.below(90_000), service("cloudtrail.amazonaws.com"), "s3.amazonaws.com",
                        "GetBucketAcl", ip="cloudtrail.amazonaws.com", agent="cloudtrail.amazonaws.com",
                        account=account, params={"bucketName": log_bucket, "Host": host, "acl": ""},
                        extra={"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
                               "bytesTransferredIn": 0, "AuthenticationMethod": "AuthHeader",
                               "x-amz-id-2": rng.host_id(), "bytesTransferredOut": 536},
                        request_id=rng.request_id(), shared=rng.uuid(),
                        resources=[{"accountId": account, "type": "AWS::S3::Bucket",
                                    "ARN": f"arn:aws:s3:::{log_bucket}"}])
        for source, name, params in (
                ("ec2", "DescribeInstances", {"instancesSet": {},
                                              "filterSet": {"items": [{"name": "instance-state-name",
                                                  "valueSet": {"items": [{"value": "running"}]}}]}}),
                ("elasticloadbalancing", "DescribeTargetHealth",
                 {"targetGroupArn": SHOP_WEB.arn("elasticloadbalancing", SHOP_WEB.group)}),
                ("rds", "DescribeDBInstances", None),
                ("monitoring", "DescribeAlarms", {"stateValue": "ALARM"}),
                ("lambda", "ListFunctions20150331", None),
                ("sqs", "ListQueues", {"maxResults": 1000}),
                ("ec2", "DescribeVolumes", {"volumeSet": {}, "filterSet": {}}),
                ("elasticache", "DescribeCacheClusters", None),
                ("autoscaling", "DescribeAutoScalingGroups", {"maxRecords": 100})):
            throttled = source == "ec2" and rng.chance(4)
            call(world, rng, ms + rng.below(20_000), POLLER, source, name, ip=POLLER_IP, agent=POLLER_AGENT,
                 params=params, error="Client.RequestLimitExceeded" if throttled else None,
                 message="Request limit exceeded." if throttled else None, api_version="2016-11-15" if source == "ec2"
                 else None)
        for source, name in (("ecs", "ListClusters"), ("rds", "DescribeDBInstances"), ("codebuild", "ListBuilds"),
                             ("elasticloadbalancing", "DescribeTargetHealth")):
            call(world, rng, ms + rng.below(20_000), TOOLS_POLLER, source, name, ip=POLLER_IP, agent=POLLER_AGENT)
    for ms in each("15:04:00", "19:00:00", 420, rng, 60_000):
        instance, who = rng.pick(list(WEB.items()))
        call(world, rng, ms, who, "secretsmanager", "GetSecretValue", ip=WEB_IPS[instance], agent=JAVA_SDK,
             params={"secretId": "shop/db"}, endpoint="vpce-0b7d6e5f4c3a21908")
        call(world, rng, ms + 140, replace(who, invoked_by="secretsmanager.amazonaws.com"), "kms", "Decrypt",
             ip="secretsmanager.amazonaws.com", agent="secretsmanager.amazonaws.com",
             params={"encryptionAlgorithm": "SYMMETRIC_DEFAULT",
                     "encryptionContext": {"SecretARN": f"arn:aws:secretsmanager:{TOKYO}:{SHOP}:secret:shop/db-a1b2c3"}},
             resources=[{"accountId": SHOP, "type": "AWS::KMS::Key",
                         "ARN": f"arn:aws:kms:{TOKYO}:{SHOP}:key/1234abcd-12ab-34cd-56ef-1234567890ab"}])
        world.s3(rng, ms + 900, CONFIG, "REST.GET.OBJECT", "shop-web/features.json", who=who, ip=WEB_IPS[instance],
                 agent=JAVA_SDK, sent=8_414, size=8_414, endpoint=S3_ENDPOINT_ID)
    for first in ("15:00:10", "17:00:10"):
        for bucket in (ASSETS, EXPORTS, CONFIG, BACKUPS):
            ms = at(first)
            for operation, query, status, error, message, sent in (
                    ("REST.GET.ACL", "acl=", 200, "-", None, 536), ("REST.GET.VERSIONING", "versioning=", 200, "-",
                        None, 113),
                    ("REST.GET.LOGGING_STATUS", "logging=", 200, "-", None, 312), ("REST.GET.ENCRYPTION", "encryption=",
                        200, "-", None, 359),
                    ("REST.GET.BUCKETPOLICY", "policy=", 404, "NoSuchBucketPolicy", "The bucket policy does not exist",
                     326)):
                if bucket is EXPORTS and operation == "REST.GET.BUCKETPOLICY":
                    status, error, message, sent = 403, "AccessDenied", None, 419
                ms += rng.between(200, 900)
                world.s3(rng, ms, bucket, operation, who=RECORDER, ip=CONFIG_IP, agent="AWSConfig", query=query,
                         status=status, error=error, message=message, sent=sent, aws_client=True)


def people(world):
    """Operators before anything happened: a console evening, a cost question that was refused, a mistyped password."""
    rng = Prng("people")
    sign_in(world, rng, at("15:21:08"), "taro.suzuki", OFFICE_IP, CHROME, "Failed authentication")
    sign_in(world, rng, at("15:21:40"), "taro.suzuki", OFFICE_IP, CHROME)
    taro = Principal("IAMUser", SHOP, "taro.suzuki", key=session_key("taro"), since_ms=at("15:21:40"), mfa=True,
                     console=True)
    for n, (source, name, params) in enumerate((
            ("ec2", "DescribeInstances", {"maxResults": 50, "instancesSet": {}, "filterSet": {}}),
            ("ec2", "DescribeVolumes", {"volumeSet": {}, "filterSet": {}}), ("ec2", "DescribeSecurityGroups",
                {"securityGroupSet": {}, "securityGroupIdSet": {}, "filterSet": {}}),
                ("elasticloadbalancing", "DescribeLoadBalancers", None),
            ("monitoring", "DescribeAlarms", {"maxRecords": 100}), ("health", "DescribeEventAggregates",
                {"aggregateField": "eventTypeCategory"}),
            ("rds", "DescribeDBInstances", None), ("logs", "DescribeLogGroups", {"limit": 50}),
            ("s3", "ListBuckets", None)) * 4):
        ms = at("15:22:10") + n * 31_000 + rng.below(9_000)
        call(world, rng, ms, taro, source, name, ip=OFFICE_IP, agent=CHROME, params=params,
             host=f"{source}.{TOKYO}.amazonaws.com")
    for n, name in enumerate(("GetCostAndUsage", "GetCostForecast", "GetCostAndUsage")):
        call(world, rng, at("15:43:10") + n * 8_000, taro, "ce", name, region=GLOBAL, ip=OFFICE_IP, agent=CHROME,
             error="AccessDenied")
    for n, clock in enumerate(("16:02:11", "16:02:31")):
        world.s3(rng, at(clock), BACKUPS, "REST.GET.OBJECT", "db/shop/2026-10-13.sql.zst", who=TARO, ip=OFFICE_IP,
                 agent=AWS_CLI_OFFICE.format("s3.cp"), status=403, error="AccessDenied", sent=412)
    root = Principal("Root", TOOLS)
    world.event(rng, at("15:30:12"), root, "signin.amazonaws.com", "ConsoleLogin", ip=OFFICE_IP, agent=CHROME,
                region=GLOBAL, account=TOOLS,
                response={"ConsoleLogin": "Success"}, event_type="AwsConsoleSignIn", version="1.08", read_only=False,
                host="signin.aws.amazon.com",
                extra={"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No",
                       "MFAIdentifier": f"arn:aws:iam::{TOOLS}:mfa/root-account-mfa-device", "MFAUsed": "Yes"})
    root = Principal("Root", TOOLS, key=session_key("root"), since_ms=at("15:30:12"), mfa=True, console=True)
    for n, name in enumerate(("GetAccountSummary", "ListAccountAliases", "GetAccountPasswordPolicy", "ListMFADevices")):
        call(world, rng, at("15:30:30") + n * 4_000, root, "iam", name, region=GLOBAL, ip=OFFICE_IP, agent=CHROME)


def sign_in(world, rng, ms, user, ip, agent, failure=None, known=True):
    who = Principal("IAMUser", SHOP, user)
    record = world.event(
        rng, ms, who, "signin.amazonaws.com", "ConsoleLogin", ip=ip, agent=agent, region=TOKYO,
        event_type="AwsConsoleSignIn", version="1.08", read_only=False, message=failure,
        response={"ConsoleLogin": "Failure" if failure else "Success"}, host=f"{TOKYO}.signin.aws.amazon.com",
        extra={"LoginTo": f"https://{TOKYO}.console.aws.amazon.com/console/home?region={TOKYO}", "MobileVersion": "No",
               "MFAUsed": "No" if failure else "Yes", **({} if failure
                   else {"MFAIdentifier": f"arn:aws:iam::{SHOP}:mfa/{user}"})})
    del record["requestID"]
    if not known:  # CloudTrail hides what was typed where there is no such user
        record["userIdentity"] = {"type": "IAMUser", "accountId": SHOP, "accessKeyId": "",
                                  "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}


# The bastion host and the network.

UIDS = {"root": 0, "hanako": 1001, "taro": 1002, "deploy": 1003}


def fingerprint(user, ip):
    return base64.b64encode(hashlib.sha256(f"key of {user} at {ip}".encode()).digest()).decode().rstrip("=")


def ssh_login(world, rng, ms, user, ip, seconds, *, password=False, sudo=(), tty="pts/0", up=9_000, down=24_000):
    """A login, what is done with sudo (seconds after it, command, allowed?), and the logout."""
    port, us = rng.between(32_768, 60_999), ms * 1000 + rng.below(1_000_000)
    process = world.process(us)
    child = world.process(us + 5_000)
    how = "password" if password else "publickey"
    key = "" if password else f": ED25519 SHA256:{fingerprint(user, ip)}"
    account = f"{user}(uid={UIDS[user]})"
    world.host(us, "sshd", f"Accepted {how} for {user} from {ip} port {port} ssh2{key}", process)
    us += rng.between(4_000, 9_000)
    world.host(us, "sshd", f"pam_unix(sshd:session): session opened for user {account} by (uid=0)", process)
    us += rng.between(2_000, 9_000)
    world.host(us, "systemd-logind", f"New session {{}} of user {user}.", "logind", process)
    us += rng.between(9_000, 30_000)
    world.host(us, "(systemd)", f"pam_unix(systemd-user:session): session opened for user {account} by (uid=0)")
    for after_s, command, allowed in sudo:
        us = (ms + after_s * 1000) * 1000 + rng.below(1_000_000)
        where = (f"TTY={tty} ; " if tty else "") + f"PWD=/home/{user} ; USER=root ; COMMAND={command}"
        if allowed is None:  # a mistyped password first
            world.host(us - 7_000_000, "sudo", f"pam_unix(sudo:auth): authentication failure; logname={user} "
                       f"uid={UIDS[user]} euid=0 tty=/dev/{tty} ruser={user} rhost=  user={user}")
        world.host(us, "sudo", f"{user:>8} : {'command not allowed ; ' if allowed is False else ''}{where}")
        if allowed is False:
            continue
        us += rng.between(3_000, 9_000)
        world.host(us, "sudo", f"pam_unix(sudo:session): session opened for user root(uid=0) by {account}")
        if command.startswith("/usr/sbin/usermod -L "):
            us += 20_000
            world.host(us, "usermod", f"lock user '{command.split()[-1]}' password", world.process(us))
        us += rng.between(20_000, 900_000)
        world.host(us, "sudo", "pam_unix(sudo:session): session closed for user root")
    us = (ms + seconds * 1000) * 1000 + rng.below(1_000_000)
    world.connection(ms - 900, us // 1000, ip, port, BASTION_IP, 22, up, down)
    world.host(us, "sshd", f"Received disconnect from {ip} port {port}:11: disconnected by user", child)
    world.host(us + 40, "sshd", f"Disconnected from user {user} {ip} port {port}", child)
    us += rng.between(2_000, 6_000)
    world.host(us, "sshd", f"pam_unix(sshd:session): session closed for user {user}", process)
    us += rng.between(2_000, 6_000)
    world.host(us, "systemd-logind", "Session {} logged out. Waiting for processes to exit.", "logind", process)
    world.host(us + rng.between(1_000, 3_000), "systemd-logind", "Removed session {}.", "logind", process)


def ssh_guesses(world, rng, ms, user, ip, guesses=1):
    """One connection with wrong passwords. At the sixth the server has enough; rsyslog folds lines that repeat."""
    port, us = rng.between(32_768, 60_999), ms * 1000 + rng.below(1_000_000)
    known = user in UIDS
    process, begun = world.process(us), us // 1000 - 700
    peer = f"{ip} port {port}"
    named = user if known else f"invalid user {user}"
    leaving = f"{'authenticating' if known else 'invalid'} user {user} {peer}"
    failure = f"logname= uid=0 euid=0 tty=ssh ruser= rhost={ip} {f' user={user}' if known else ''}"
    if not known:
        world.host(us, "sshd", f"Invalid user {user} from {peer}", process)
        us += rng.between(90_000, 400_000)
        world.host(us, "sshd", "pam_unix(sshd:auth): check pass; user unknown", process)
        us += 30
    world.host(us, "sshd", f"pam_unix(sshd:auth): authentication failure; {failure}", process)
    us += rng.between(1_700_000, 2_600_000)
    failed = f"Failed password for {named} from {peer} ssh2"
    world.host(us, "sshd", failed, process)
    if guesses > 1:
        us += (guesses - 1) * rng.between(2_900_000, 4_100_000)
        again = failed if guesses == 2 else f"message repeated {guesses - 1} times: [ {failed}]"
        world.host(us, "sshd", again, process)
    us += rng.between(90_000, 700_000)
    if guesses >= 6:
        for text in (f"error: maximum authentication attempts exceeded for {named} from {peer} ssh2 [preauth]",
                     f"Disconnecting {leaving}: Too many authentication failures [preauth]",
                     f"PAM {guesses - 1} more authentication failures; {failure}",
                     f"PAM service(sshd) ignoring max retries; {guesses} > 3"):
            world.host(us, "sshd", text, process)
            us += 60
    elif rng.chance(60):
        world.host(us, "sshd", f"Received disconnect from {peer}:11: Bye Bye [preauth]", process)
        world.host(us + 50, "sshd", f"Disconnected from {leaving} [preauth]", process)
    else:
        world.host(us, "sshd", f"Connection closed by {leaving} [preauth]", process)
    if 1 < guesses < 6:
        plural = "s" if guesses > 2 else ""
        world.host(us + 300, "sshd", f"PAM {guesses - 1} more authentication failure{plural}; {failure}", process)
    world.connection(begun, us // 1000, ip, port, BASTION_IP, 22, 2_100 + 140 * guesses, 2_600 + 90 * guesses)


def ssh_visit(world, rng, ms, ip):
    """A connection that asks who is there, and goes."""
    port, us = rng.between(32_768, 60_999), ms * 1000 + rng.below(1_000_000)
    process, peer = world.process(us), f"{ip} port {port}"
    what = rng.below(3)
    if what == 0:
        world.host(us, "sshd", f"Connection closed by {peer} [preauth]", process)
    elif what == 1:
        world.host(us, "sshd", "error: kex_exchange_identification: Connection closed by remote host", process)
        world.host(us + 90, "sshd", f"Connection closed by {peer}", process)
    else:
        world.host(us, "sshd", f"banner exchange: Connection from {peer}: invalid format", process)
    world.connection(us // 1000 - 400, us // 1000, ip, port, BASTION_IP, 22, 40, 82)


GUESSED_NAMES = ["admin", "test", "oracle", "postgres", "git", "ubuntu", "user", "ftpuser", "pi", "minecraft", "es",
                 "hadoop", "jenkins", "nagios", "guest", "support", "debian", "ec2-user", "dev", "mysql", "www",
                 "root", "root"]


def bastion_of_every_day(world):
    """What the host's log is full of: jobs, deployments, an operator's look, and guesses from everywhere."""
    rng = Prng("bastion of every day")
    day_before = FIRST_MS - 24 * 60 * MINUTE_MS
    for ms in range(day_before, LAST_MS, 10 * MINUTE_MS):
        jobs = [ms + 5 * MINUTE_MS] + ([ms + 7 * MINUTE_MS] if stamp(ms, "%M") == "10" else [])
        for start in jobs:
            us = start * 1000 + 1_000_000 + rng.below(200_000)
            process = world.process(us)
            world.host(us, "CRON", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)", process)
            world.host(us + rng.between(8_000, 90_000), "CRON", "pam_unix(cron:session): session closed for user root",
                       process)
    roll_out = "/usr/local/bin/roll-out shop-web"
    times = [day_before + hours * 60 * MINUTE_MS + rng.below(50 * MINUTE_MS) for hours in (10, 12, 14, 16, 18, 19, 21)]
    times += [at(clock) for clock in ("15:12:48", "15:58:45", "16:47:50", "17:36:40", "18:44:45")]
    for ms in times:
        ssh_login(world, rng, ms, "deploy", CI_IP, rng.between(26, 41), sudo=((3, roll_out, True),), tty=None,
                  up=1_260_000, down=31_000)
        for n, web in enumerate(WEB_ETH0):
            start = ms + 6_000 + n * 8_000
            world.connection(start, start + rng.between(4_000, 7_000), BASTION_IP, rng.between(32_768, 60_999), web.ip,
                             22, 1_220_000, 14_000)
    for hours, user, minutes in ((10, "hanako", 47), (11, "taro", 12), (13, "taro", 95), (17, "hanako", 8),
                                 (18, "taro", 33)):
        ssh_login(world, rng, day_before + hours * 60 * MINUTE_MS + rng.below(20 * MINUTE_MS), user, OFFICE_IP,
                  minutes * 60 + rng.below(60), sudo=((70, "/usr/bin/journalctl -u ssh --since today", True),))
    ssh_login(world, rng, at("15:24:50"), "taro", OFFICE_IP, 1_990, up=61_000, down=418_000, sudo=(
        (95, "/usr/bin/journalctl -u ssh --since today", None), (1_230, "/usr/bin/apt-get update", True)))
    world.connection(at("15:31:07"), at("15:42:20"), BASTION_IP, 41_822, WEB_ETH0[0].ip, 22, 22_000, 190_000)
    for ms in each("15:45:25", "15:45:28", 1, rng, 900):
        world.connection(ms, ms + 2_400, BASTION_IP, rng.between(32_768, 60_999), "203.0.113.14", 443, 1_900, 640_000)
    for ms in range(day_before + 7 * MINUTE_MS, FIRST_MS, 15 * MINUTE_MS):
        ssh_guesses(world, rng, ms + rng.below(14 * MINUTE_MS), rng.pick(GUESSED_NAMES),
                    f"192.0.2.{rng.between(144, 175)}")
    for ms in each("15:03:00", "18:58:00", 420, rng, 300_000):  # a slow one, all the time
        ssh_guesses(world, rng, ms, rng.pick(GUESSED_NAMES), "192.0.2.147")
    for ms in each("15:11:30", "15:28:00", 45, rng, 20_000):
        ssh_guesses(world, rng, ms, rng.pick(GUESSED_NAMES), "192.0.2.163", rng.pick((1, 1, 2, 3)))
    for ms in each("17:58:10", "18:07:00", 30, rng, 9_000):
        ssh_guesses(world, rng, ms, "root", "192.0.2.171", 6)
    for ms in each("15:06:00", "18:58:00", 780, rng, 600_000):
        ssh_visit(world, rng, ms, f"192.0.2.{rng.between(144, 175)}")
    # A name that lies about where it comes from.
    ssh_guesses(world, rng, at("16:21:14"), f"deploy from {OFFICE_IP} port 22 ssh2", "192.0.2.158")


def network_of_every_day(world):
    """What the balancer, the web hosts, the database and the endpoints say to each other, and who knocks in vain."""
    rng = Prng("network of every day")
    first, last = FIRST_MS + 1_000, LAST_MS - 1_000
    ports = {}
    for ms, balancer, node, line in sorted(world.alb_lines, key=lambda entry: (entry[0], entry[3])):
        fields = line.split(" ")
        if balancer is not SHOP_WEB or fields[4] == "-":
            continue
        web = next(web for web in WEB_ETH0 if fields[4].startswith(web.ip))
        key = (NODES[node].ip, web, web.window_end(ms // 1000), ms // 3_600_000)
        ports.setdefault(key, []).append((ms, int(fields[10]), int(fields[11])))
        if "/api/preview?url=https" in line:
            world.connection(ms - 30, ms, web.ip, rng.between(32_768, 60_999), BLOG_IP, 443, 900,
                             9_000 + rng.below(30_000))
    for (node_ip, web, _, hour), requests in ports.items():  # the balancer keeps a connection for its requests
        port = 10_240 + int.from_bytes(hashlib.sha256(f"{node_ip}{web.ip}{hour}".encode()).digest()[:2], "big") // 2
        world.connection(requests[0][0], requests[-1][0], node_ip, port, web.ip, 8080, sum(up for _, up, _ in requests),
                         sum(down for _, _, down in requests), whole=False)
    for web in WEB_ETH0:
        for node in NODES.values():
            for ms in each("15:00:40", "18:59:00", 300, rng, 2_000):
                world.connection(ms, ms + 4, node.ip, rng.between(1_024, 65_535), web.ip, 8080, 131, 178)
        world.connection(first, last, web.ip, rng.between(32_768, 60_999), DATABASE_IP, 5432,
                         4_800_000 + rng.below(900_000), 61_000_000 + rng.below(9_000_000), whole=False)
        world.connection(first, last, web.ip, rng.between(32_768, 60_999), SSM_IP, 443, 610_000, 830_000, whole=False)
    for _, _, _, _, record in world.trail:
        web = INTERFACES.get(record.get("sourceIPAddress"))
        if web and record.get("vpcEndpointId") in ENDPOINT_IPS:
            ms = calendar.timegm(datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").timetuple()) * 1000
            world.connection(ms, ms + 60, web.ip, rng.between(32_768, 60_999), ENDPOINT_IPS[record["vpcEndpointId"]],
                             443, 2_400, 9_800 if record["eventSource"].startswith("s3") else 3_900)
    for interface in (BASTION_ETH0, *NODES.values()):
        for ms in each("15:00:10", "18:59:30", 120, rng, 110_000):
            source = f"192.0.2.{rng.between(144, 215)}"
            if rng.chance(12):
                world.knock(ms, source, rng.between(1_024, 65_535), interface, rng.pick((123, 161, 1900, 5060, 11211)),
                            protocol=17, packet_bytes=rng.between(46, 440))
            elif rng.chance(5):
                world.knock(ms, source, 0, interface, 0, protocol=1, packet_bytes=84)
            else:
                world.knock(ms, source, rng.between(1_024, 65_535), interface, rng.weighted((
                    (23, 9), (445, 5), (3389, 6), (5900, 3), (6379, 4), (8080, 5), (8443, 3), (1433, 2), (3306, 3),
                    (2375, 2), (5555, 2), (9200, 2), (27017, 1), (rng.between(1_024, 65_535), 9))),
                    packets=rng.weighted(((1, 6), (2, 2), (3, 1))), packet_bytes=rng.pick((40, 40, 44, 60)))
    no_data = {field: "-" for field in FLOW_FIELDS.split(" ")}
    for interface, ends, status in ((SPARE, range(SPARE.window_end(FIRST_MS // 1000), LAST_MS // 1000, 600), "NODATA"),
                                    (WEB_ETH0[1], (WEB_ETH0[1].window_end(at("18:05:00") // 1000),), "SKIPDATA")):
        for end in ends:
            world.flows.append((interface, end, {**no_data, "start": end - 600, "end": end - 1, "log-status": status}))


# The incident.


def intrusion_at_the_bastion(world):
    """Every port is tried, then passwords, in vain; with the one from ci/deploy.env the host lets the intruder in."""
    rng = Prng("intrusion at the bastion")
    ports = [21, 23, 25, 53, 81, 110, 111, 135, 139, 143, 389, 445, 465, 587, 993, 995, 1433, 1521, 1723, 2049, 2375,
             3000, 3306, 3389, 4444, 5000, 5432, 5601, 5900, 5984, 6379, 6443, 7001, 8000, 8080, 8081, 8443, 8888, 9000,
             9090, 9200, 10000, 11211, 15672, 27017, 50000]
    source_port = 44_318
    for interface, extra in ((BASTION_ETH0, (80, 443)), *((node, (22,)) for node in NODES.values())):
        for port in (*ports, *extra):
            ms = at("16:35:40") + rng.below(95_000)
            world.knock(ms, INTRUDER_IP, source_port, interface, port, packets=2, packet_bytes=44)
    ms = at("16:36:51")
    world.flow(BASTION_ETH0, ms, ms, INTRUDER_IP, source_port, BASTION_IP, 22, 2, 84, first_flags=6)
    world.flow(BASTION_ETH0, ms, ms, BASTION_IP, 22, INTRUDER_IP, source_port, 1, 44, first_flags=18)
    for n, (user, guesses) in enumerate((("root", 6), ("root", 6), ("admin", 6), ("ubuntu", 3), ("deploy", 6),
                                         ("ec2-user", 3), ("shop", 6), ("deploy", 6), ("root", 6), ("backup-admin", 2),
                                         ("deploy", 6))):
        ssh_guesses(world, rng, at("16:43:20") + n * 37_000 + rng.below(9_000), user, INTRUDER_IP, guesses)
    for clock, user in (("17:12:05", "ci-deploy"), ("17:12:31", "shop-web"), ("17:13:02", "root")):
        ssh_guesses(world, rng, at(clock), user, INTRUDER_IP)
    ssh_login(world, rng, at("17:13:42"), "deploy", INTRUDER_IP, 366, password=True, up=19_400, down=47_800, sudo=(
        (38, "list", True), (80, "/usr/local/bin/roll-out --help", True), (109, "/usr/bin/cat /etc/shadow", False),
        (302, "/bin/bash", False)))
    for web in WEB_ETH0:  # from inside, where only SSH is open, and asks for a key
        for n, port in enumerate((80, 443, 3306, 5432, 6379, 8080, 9200)):
            ms, source_port = at("17:16:20") + n * 300 + rng.below(250), rng.between(32_768, 60_999)
            world.flow(BASTION_ETH0, ms, ms + 1_000, BASTION_IP, source_port, web.ip, port, 2, 120, first_flags=2)
            world.knock(ms, BASTION_IP, source_port, web, port, packets=2)
        ms = at("17:16:40") + rng.below(9_000)
        world.connection(ms, ms + 1_900, BASTION_IP, rng.between(32_768, 60_999), web.ip, 22, 2_300, 2_700)
    for n, port in enumerate((22, 5432, 6379)):
        ms = at("17:17:30") + n * 900
        world.flow(BASTION_ETH0, ms, ms + 1_000, BASTION_IP, rng.between(32_768, 60_999), DATABASE_IP, port, 2, 120,
                   first_flags=2)
    for clock in ("18:28:40", "18:28:58", "18:29:31"):
        ssh_guesses(world, rng, at(clock), "deploy", INTRUDER_IP)
    ssh_login(world, rng, at("18:23:20"), "hanako", OFFICE_IP, 214, up=8_800, down=96_000, sudo=(
        (21, "/usr/bin/grep deploy /var/log/auth.log", True), (48, "/usr/sbin/usermod -L deploy", True)))


def intrusion_from_the_web(world):
    """A scan of the shop, then its link preview fetches what it should not: the instance role's key."""
    rng = Prng("intrusion from the web")
    agent = "Mozilla/5.0 zgrab/0.x"
    paths = ["/.env", "/.aws/credentials", "/config.json", "/server-status", "/graphql", "/swagger.json",
             "/v2/api-docs", "/admin/login", "/backup.zip", "/debug/pprof/", "/api/", "/api/v1/users", "/api/export",
             "/api/preview", "/items/1001'", "/login.php", "/.git/HEAD", "/wp-json/"]
    for n in range(96):
        path = paths[n % len(paths)] + (f"?{n}" if n >= len(paths) else "")
        blocked = path.startswith(("/.env", "/.aws", "/.git"))
        world.alb(rng, at("16:38:04") + n * 9_400 + rng.below(5_000), SHOP_WEB, INTRUDER_IP, "GET", path,
                  403 if blocked else 400 if path == "/api/preview" else 404, agent=agent, kind="https",
                  target=not blocked, action="waf" if blocked else "waf,forward", target_ms=rng.between(1, 9),
                  sent=rng.between(150, 560))
    for path in ("/search?q=%27%20OR%201=1--", "/search?q=\\x22><script>alert(1)</script>",
                 "/items/1001%20UNION%20SELECT%20null,version()--"):
        world.alb(rng, at("16:53:20") + rng.below(60_000), SHOP_WEB, INTRUDER_IP, "GET", path, 403,
                  agent="sqlmap/1.9.8#stable (https://sqlmap.org)",
                  kind="https", target=False, action="waf", sent=520)
    metadata = "http://169.254.169.254/latest/meta-data/"
    for clock, url, status, sent in (
            ("16:56:20", "file:///etc/passwd", 400, 231), ("16:56:51", "http://127.0.0.1:8080/", 502, 272),
            ("16:57:30", "http://169.254.169.254/", 200, 514), ("16:57:58", metadata, 200, 702),
            ("16:58:24", metadata + "iam/security-credentials/", 200, 398),
            ("16:58:47", metadata + "iam/security-credentials/shop-web-role", 200, 1_873),
            ("16:59:40", "http://169.254.169.254/latest/user-data", 404, 231),
            ("17:02:33", metadata + "iam/security-credentials/shop-web-role", 200, 1_873)):
        world.alb(rng, at(clock) + rng.below(900), SHOP_WEB, INTRUDER_IP, "GET",
                  "/api/preview?url=" + urllib.parse.quote(url, safe=""), status, agent="curl/8.15.0", kind="h2",
                  sent=sent, target_ms=rng.between(4, 30), action="waf,forward")
    for n in range(9):
        world.alb(rng, at("18:33:05") + n * 41_000 + rng.below(9_000), SHOP_WEB, INTRUDER_IP, "GET",
                  "/api/preview?url=" + urllib.parse.quote(metadata, safe=""), 403, agent="curl/8.15.0", kind="h2",
                  target=False, action="waf", sent=118)


def intrusion_with_the_role(world):
    """The role's key outside: little is allowed, but its own settings are, and another key lies among them."""
    rng = Prng("intrusion with the role")
    kali = AWS_CLI_KALI
    outside = {"ip": INTRUDER_IP}
    call(world, rng, at("17:03:12"), STOLEN, "sts", "GetCallerIdentity", agent=kali.format("sts.get-caller-identity"),
         **outside,
         response={"userId": f"{unique_id('AROA', STOLEN.name)}:{STOLEN.session}", "account": SHOP, "arn": STOLEN.arn})
    list_buckets(world, rng, at("17:04:02"), STOLEN, error="AccessDenied")
    for clock, source, name, region, error in (
            ("17:04:40", "iam", "ListUsers", GLOBAL, "AccessDenied"), ("17:04:51", "iam", "ListRoles", GLOBAL,
                "AccessDenied"),
            ("17:05:03", "iam", "ListAttachedRolePolicies", GLOBAL, "AccessDenied"),
            ("17:05:20", "ec2", "DescribeInstances", TOKYO, "Client.UnauthorizedOperation"),
            ("17:05:44", "secretsmanager", "ListSecrets", TOKYO, "AccessDenied"),
            ("17:06:01", "lambda", "ListFunctions20150331", TOKYO, "AccessDeniedException"),
            ("17:06:15", "dynamodb", "ListTables", TOKYO, "AccessDenied")):
        call(world, rng, at(clock), STOLEN, source, name, region=region, agent=kali.format(f"{source}.probe"),
             error=error,
             params={"instancesSet": {}, "filterSet": {}} if source == "ec2" else None, **outside)
    for clock, bucket in (("17:06:48", EXPORTS), ("17:07:02", BACKUPS)):
        world.s3(rng, at(clock), bucket, "REST.GET.BUCKET", who=STOLEN, agent=kali.format("s3.ls"),
                 query="list-type=2&delimiter=%2F&encoding-type=url&prefix=", status=403, error="AccessDenied",
                 sent=431, **outside)
    world.s3(rng, at("17:08:31"), CONFIG, "REST.GET.BUCKET", who=STOLEN, agent=kali.format("s3.ls"),
             query="list-type=2&encoding-type=url&prefix=", sent=6_902, **outside)
    for clock, key, size in (("17:09:02", "shop-web/production.env", 2_310), ("17:09:05", "shop-web/features.json",
            8_414), ("17:09:09", "ci/deploy.env", 1_204)):
        world.s3(rng, at(clock), CONFIG, "REST.GET.OBJECT", key, who=STOLEN, agent=kali.format("s3.cp"), sent=size,
                 size=size, **outside)
    for clock, key in (("18:26:10", "shop-web/production.env"), ("18:26:44", "ci/deploy.env")):
        world.s3(rng, at(clock), CONFIG, "REST.GET.OBJECT", key, who=STOLEN, agent=kali.format("s3.cp"), status=403,
                 error="AccessDenied", sent=402, message=refusal(STOLEN, "s3:GetObject",
                     f"arn:aws:s3:::{CONFIG.name}/{key}", explicit=True), **outside)


def list_buckets(world, rng, ms, who, error=None):
    host = f"s3.{TOKYO}.amazonaws.com"
    world.event(rng, ms, who, "s3.amazonaws.com", "ListBuckets", ip=INTRUDER_IP,
                agent=f"[{AWS_CLI_KALI.format('s3.ls')}]", host=host, params={"Host": host}, error=error,
                message=refusal(who, "s3:ListAllMyBuckets") if error else None, request_id=rng.request_id(),
                extra={"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredIn": 0,
                       "AuthenticationMethod": "AuthHeader", "x-amz-id-2": rng.host_id(), "bytesTransferredOut": 428
                       if error else 1_306})


def intrusion_with_the_ci_key(world):
    """The CI user's key: probing, forty guesses at secrets, the customer exports copied away, logging attacked in vain."""
    rng = Prng("intrusion with the CI key")
    kali = AWS_CLI_KALI
    outside = {"ip": INTRUDER_IP}
    call(world, rng, at("17:21:07"), CI, "sts", "GetCallerIdentity", agent=kali.format("sts.get-caller-identity"),
         **outside,
         response={"userId": unique_id("AIDA", "ci-deploy"), "account": SHOP, "arn": CI.arn})
    list_buckets(world, rng, at("17:21:31"), CI)
    for bucket, clock in ((EXPORTS, "17:21:50"), (BACKUPS, "17:21:58")):
        world.s3(rng, at(clock), bucket, "REST.GET.LOCATION", who=CI, agent=kali.format("s3api.get-bucket-location"),
                 query="location=", sent=142, **outside)
    for n, (source, name) in enumerate((("iam", "ListAttachedUserPolicies"), ("iam", "ListUserPolicies"),
                                        ("iam", "ListUsers"), ("iam", "CreateAccessKey"), ("iam", "CreateUser"),
                                        ("iam", "AttachUserPolicy"), ("iam", "CreateLoginProfile"), ("kms", "ListKeys"),
                                        ("logs", "DescribeLogGroups"), ("guardduty", "ListDetectors"),
                                        ("ec2", "DescribeInstances"), ("ec2", "RunInstances"), ("sts", "AssumeRole"))):
        region = GLOBAL if source == "iam" else TOKYO
        call(world, rng, at("17:22:10") + n * 4_100, CI, source, name, region=region,
             agent=kali.format(f"{source}.probe"), read_only=name.startswith(("List", "Describe", "Assume")),
             params={"instancesSet": {}, "filterSet": {}} if name == "DescribeInstances" else None,
             error="Client.UnauthorizedOperation" if source == "ec2" else "AccessDenied", **outside)
    for n in range(44):
        call(world, rng, at("17:23:20") + n * 3_300, CI, "secretsmanager", "GetSecretValue",
             agent=kali.format("secretsmanager.get-secret-value"), error="AccessDenied",
             on=f"{rng.pick(('prod', 'shop', 'app', 'rds'))}/{rng.pick(('db', 'api', 'stripe', 'smtp', 'admin', 'jwt'))}", **outside)
    for n in range(2):
        sign_in(world, rng, at("17:26:20") + n * 19_000, "ci-deploy", INTRUDER_IP,
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "No username found in supplied account", known=False)
    token = ""
    for n in range(3):
        world.s3(rng, at("17:27:05") + n * 2_000, EXPORTS, "REST.GET.BUCKET", who=CI, agent=kali.format("s3.sync"),
                 query="list-type=2&encoding-type=url&prefix=" + token, sent=61_204 + n * 97, total_ms=140, **outside)
        token = "&continuation-token=" + urllib.parse.quote(rng.host_id(), safe="")
    steal(world, rng, outside, kali.format("s3.sync"))
    cover_up(world, rng, outside, kali)
    for n in range(14):  # after the key was made inactive: only the access log knows
        world.s3(rng, at("18:20:05") + n * 47_000, EXPORTS, "REST.GET.OBJECT" if n else "REST.GET.BUCKET",
                 export_keys()[n * 3] if n else "", agent=kali.format("s3.sync"), query="" if n else "list-type=2",
                 status=403, error="InvalidAccessKeyId", sent=306, total_ms=6, **outside)


def steal(world, rng, outside, agent):
    ms = at("17:28:05")
    for n, key in enumerate(export_keys()):
        ms += rng.between(3_000, 9_500)
        size = export_size(key)
        common = {"who": CI, "agent": agent, **outside}
        if key.startswith("monthly/2026-01/") and "関東" not in key:
            world.s3(rng, ms, EXPORTS, "REST.GET.OBJECT", key, status=403, error="InvalidObjectState", sent=473,
                     size=size, message="The operation is not valid for the object's storage class", **common)
            continue
        late = 9 * 3_600_000 + 20 * MINUTE_MS - (ms - at("17:28:05")) if 40 <= n < 45 else None
        world.s3(rng, ms, EXPORTS, "REST.GET.OBJECT", key, sent=size, size=size, lag_ms=late, torn=n == 120, **common)
    key, size = "dump/members 2026-10-01.sql.gz", 41_000_000
    for start in range(0, size, 8_388_608):
        ms += rng.between(700, 1_900)
        world.s3(rng, ms, EXPORTS, "REST.GET.OBJECT", key, who=CI, agent=agent, status=206,
                 sent=min(8_388_608, size - start), size=size,
                 params={"Range": f"bytes={start}-{min(start + 8_388_607, size - 1)}"}, **outside)


def cover_up(world, rng, outside, kali):
    """Everything here is refused: an organisation's policy protects the logs."""
    for n, (bucket, operation, query) in enumerate((
            (EXPORTS, "REST.GET.LOGGING_STATUS", "logging="), (EXPORTS, "REST.PUT.LOGGING_STATUS", "logging="),
            (CONFIG, "REST.PUT.LOGGING_STATUS", "logging="), (EXPORTS, "REST.PUT.BUCKETPOLICY", "policy="),
            (EXPORTS, "REST.PUT.LIFECYCLE", "lifecycle="), (EXPORTS, "REST.PUT.VERSIONING", "versioning="))):
        put = ".PUT." in operation
        params = {"BucketLoggingStatus": {"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"}} if put and query == "logging=" else None
        world.s3(rng, at("17:53:04") + n * 14_000, bucket, operation, who=CI, agent=kali.format("s3api.probe"),
                 query=query, status=403, error="AccessDenied", sent=448, received=120 if put else 0, params=params,
                 **outside)
    for n, name in enumerate(("DescribeTrails", "StopLogging", "DeleteTrail", "PutEventSelectors", "UpdateTrail")):
        call(world, rng, at("17:54:50") + n * 9_000, CI, "cloudtrail", name, agent=kali.format("cloudtrail.probe"),
             error="AccessDenied", read_only=name.startswith("Describe"), explicit=True, **outside)
    log_bucket = LOG_BUCKET[SHOP]
    for n in range(6):
        key = f"AWSLogs/{SHOP}/CloudTrail/{TOKYO}/2026/10/14/{SHOP}_CloudTrail_{TOKYO}_20261014T17{25 + n // 2 * 5}Z_{rng.unique_string()}.json.gz"
        host = f"{log_bucket}.s3.{TOKYO}.amazonaws.com"
        world.event(rng, at("17:55:50") + n * 5_000, CI, "s3.amazonaws.com", "DeleteObject",
                    agent=f"[{kali.format('s3.rm')}]", data=True, read_only=False, host=host,
                    params={"bucketName": log_bucket, "Host": host, "key": key}, error="AccessDenied",
                    request_id=rng.request_id(), message=refusal(CI, "s3:DeleteObject",
                        f"arn:aws:s3:::{log_bucket}/{key}", explicit=True),
                    extra={"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
                           "bytesTransferredIn": 0, "AuthenticationMethod": "AuthHeader", "x-amz-id-2": rng.host_id(),
                           "bytesTransferredOut": 533},
                    resources=[{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{log_bucket}/{key}"},
                               {"accountId": SHOP, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{log_bucket}"}],
                               **outside)
    for n, key in enumerate(export_keys()[60:68]):
        world.s3(rng, at("17:57:02") + n * 3_000, EXPORTS, "REST.DELETE.OBJECT", key, who=CI,
                 agent=kali.format("s3.rm"), status=403, error="AccessDenied", sent=467, **outside)


def response(world):
    """Hanako is called, signs in, looks, and closes the doors one by one."""
    rng = Prng("response")
    office = {"ip": OFFICE_IP, "agent": CHROME}
    sign_in(world, rng, at("18:11:40"), "hanako.sato", OFFICE_IP, CHROME)
    for n in range(6):
        call(world, rng, at("18:12:20") + n * 21_000, HANAKO, "cloudtrail", "LookupEvents", **office, params={
            "lookupAttributes": [{"attributeKey": "AccessKeyId", "attributeValue": LEAKED_KEY}], "maxResults": 50})
    user = {"userName": "ci-deploy"}
    for clock, name, params, answer in (
            ("18:16:02", "ListAccessKeys", user, None), ("18:16:09", "GetAccessKeyLastUsed",
                {"accessKeyId": LEAKED_KEY}, None),
            ("18:19:30", "UpdateAccessKey", {**user, "accessKeyId": LEAKED_KEY, "status": "Inactive"}, None),
            ("18:22:14", "PutRolePolicy", {"roleName": "shop-web-role", "policyName": "AWSRevokeOlderSessions",
                                           "policyDocument": json.dumps({
                "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["*"], "Resource": ["*"],
                    "Condition": {
                    "DateLessThan": {"aws:TokenIssueTime": "2026-10-14T18:22:13.000Z"}}}]})}, None),
            ("18:35:20", "CreateAccessKey", user, {"accessKey": {"userName": "ci-deploy", "accessKeyId": NEW_KEY,
                "status": "Active",
                                                                  "createDate": "Oct 14, 2026, 6:35:20 PM"}})):
        call(world, rng, at(clock), HANAKO, "iam", name, region=GLOBAL, params=params, response=answer,
             read_only=name.startswith(("List", "Get")), api_version="2010-05-08", **office)
    for n, instance in enumerate(WEB_IPS):
        call(world, rng, at("18:27:15") + n * 12_000, HANAKO, "ec2", "ModifyInstanceMetadataOptions", read_only=False,
             api_version="2016-11-15",
             params={"ModifyInstanceMetadataOptionsRequest": {"InstanceId": instance, "HttpTokens": "required",
                 "HttpEndpoint": "enabled"}},
             response={"ModifyInstanceMetadataOptionsResponse": {"xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
                 "requestId": rng.uuid(), "instanceId": instance,
                                                                "instanceMetadataOptions": {"state": "pending",
                                                                    "httpTokens": "required",
                                                                    "httpEndpoint": "enabled"}}}, **office)
    call(world, rng, at("18:31:48"), HANAKO, "wafv2", "UpdateIPSet", read_only=False, params={
        "name": "blocked", "scope": "REGIONAL", "id": "5f0a1b2c-3d4e-4f60-8192-a3b4c5d6e7f8",
        "addresses": [f"{INTRUDER_IP}/32"], "lockToken": rng.uuid()},
        response={"nextLockToken": rng.uuid()}, **office)


def what_cloudtrail_noticed(world):
    """Kinds of their own: an Insights pair about the guessed secrets, and calls refused by a VPC endpoint's policy."""
    rng = Prng("what CloudTrail noticed")
    shared = rng.uuid()
    for state, clock in (("Start", "17:24:00"), ("End", "17:26:00")):
        statistics = {"baseline": {"average": 0.0003}, "insight": {"average": 18.2}, "insightDuration": 2,
                      "baselineDuration": 10_080}
        if state == "Start":
            del statistics["insightDuration"]
        world.deliver(rng, at(clock) + 12 * MINUTE_MS, SHOP, TOKYO, "CloudTrail-Insight", {
            "eventVersion": "1.09", "eventTime": iso(at(clock)), "awsRegion": TOKYO, "eventID": rng.uuid(),
            "eventType": "AwsCloudTrailInsight", "recipientAccountId": SHOP, "sharedEventID": shared,
            "insightDetails": {"state": state, "eventSource": "secretsmanager.amazonaws.com",
                               "eventName": "GetSecretValue", "insightType": "ApiErrorRateInsight",
                               "errorCode": "AccessDenied", "insightContext": {"statistics": statistics,
                                   "attributions": [
                                   {"attribute": "userIdentityArn", "insight": [{"value": CI.arn, "average": 18.2}],
                                    "baseline": []},
                                   {"attribute": "userAgent",
                                    "insight": [{"value": AWS_CLI_KALI.format("secretsmanager.get-secret-value"),
                                        "average": 18.2}], "baseline": []}]}},
            "eventCategory": "Insight"})
    for n, who in enumerate(WEB.values()):
        world.deliver(rng, at("16:44:10") + n * 700, SHOP, TOKYO, "CloudTrail-NetworkActivity", {
            "eventVersion": "1.09", "userIdentity": {"type": "AssumedRole",
                "principalId": who.identity()["principalId"], "arn": who.arn, "accountId": SHOP,
                                                     "accessKeyId": who.key},
            "eventTime": iso(at("16:44:10") + n * 700), "eventSource": "secretsmanager.amazonaws.com",
            "eventName": "GetSecretValue", "awsRegion": TOKYO, "sourceIPAddress": WEB_IPS[who.session],
            "errorCode": "VpceAccessDenied", "errorMessage": "The request was denied due to a VPC endpoint policy",
            "requestID": rng.uuid(), "eventID": rng.uuid(), "eventType": "AwsVpceEvent", "recipientAccountId": SHOP,
            "sharedEventID": rng.uuid(), "vpcEndpointId": "vpce-0b7d6e5f4c3a21908", "vpcEndpointAccountId": SHOP,
            "eventCategory": "NetworkActivity"})


# Objects.


def gzip_of(data):
    """One gzip member that says no time and no name."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    return b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff" + body + struct.pack("<II", zlib.crc32(data), len(data))


def trail_objects(world):
    """{"Records":[…]} per account, kind, Region and five minutes; a few service events come again in a later object."""
    rng = Prng("trail objects")
    groups = {}
    for slot, account, region, kind, record in world.trail:
        groups.setdefault((account, kind, region, slot), []).append(record)
    for slot in range(at("16:05:00"), at("16:20:00"), 5 * MINUTE_MS):
        again = [record for record in groups[SHOP, "CloudTrail", TOKYO, slot]
                 if record["userIdentity"]["type"] == "AWSService"]
        groups[SHOP, "CloudTrail", TOKYO, at("16:20:00")].extend(again)
    objects, plain = {}, {}
    for (account, kind, region, slot), records in sorted(groups.items(), key=lambda group: group[0]):
        records.sort(key=lambda record: record["eventID"])
        name = f"{account}_{kind}_{region}_{stamp(slot, '%Y%m%dT%H%MZ')}_{rng.unique_string()}.json.gz"
        key = f"AWSLogs/{account}/{kind}/{region}/{stamp(slot, '%Y/%m/%d')}/{name}"
        data = json.dumps({"Records": records}, ensure_ascii=False, separators=(",", ":")).encode()
        objects[f"{LOG_BUCKET[account]}/{key}"] = gzip_of(data)
        if (account, kind, region) == (SHOP, "CloudTrail", TOKYO) and at("17:00:00") < slot <= at("18:00:00"):
            times = sorted(record["eventTime"] for record in records)
            plain[key] = {"s3Bucket": LOG_BUCKET[account], "s3Object": key,
                          "hashValue": hashlib.sha256(data).hexdigest(), "hashAlgorithm": "SHA-256",
                          "newestEventTime": times[-1], "oldestEventTime": times[0]}
    objects.update(digest_object(rng, plain))
    return objects


def digest_object(rng, logs):
    """CloudTrail's hourly list of the objects it delivered, with their hashes. It is no event file."""
    folder = f"AWSLogs/{SHOP}/CloudTrail-Digest/{TOKYO}/2026/10/14/{SHOP}_CloudTrail-Digest_{TOKYO}_example-trail_{TOKYO}_"
    files = list(logs.values())
    digest = {
        "awsAccountId": SHOP, "digestStartTime": "2026-10-14T17:00:00Z", "digestEndTime": "2026-10-14T18:00:00Z",
        "digestS3Bucket": LOG_BUCKET[SHOP], "digestS3Object": folder + "20261014T180000Z.json.gz",
        "digestPublicKeyFingerprint": rng.hex(32), "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": max(log["newestEventTime"] for log in files), "oldestEventTime": min(log["oldestEventTime"]
            for log in files), "previousDigestS3Bucket": LOG_BUCKET[SHOP],
            "previousDigestS3Object": folder + "20261014T170000Z.json.gz", "previousDigestHashValue": rng.hex(64),
        "previousDigestHashAlgorithm": "SHA-256", "previousDigestSignature": rng.hex(512), "logFiles": files}
    return {f"{LOG_BUCKET[SHOP]}/{digest['digestS3Object']}": gzip_of(json.dumps(digest,
        separators=(",", ":")).encode())}


def s3_objects(world):
    groups = {}
    for delivered, bucket, line, torn in world.s3_lines:
        groups.setdefault((bucket.account, bucket.name, delivered), []).append((line, torn))
    rng, objects = Prng("s3 objects"), {}
    for (account, bucket, delivered), lines in sorted(groups.items(), key=lambda group: group[0]):
        lines.sort(key=lambda entry: (entry[1], entry[0].split(" ")[5],
                                      entry[0]))  # by request id: no order in time; the torn one last
        text = "\n".join(line for line, _ in lines) + ("" if lines[-1][1] else "\n")
        key = f"access-logs/{account}/{TOKYO}/{bucket}/{stamp(delivered, '%Y/%m/%d/%Y-%m-%d-%H-%M-%S')}-{rng.hex(16).upper()}"
        objects[f"{LOG_BUCKET[account]}/{key}"] = text.encode()
    return objects


def alb_objects(world):
    groups = {}
    for ms, balancer, node, line in world.alb_lines:
        slot = (ms // (5 * MINUTE_MS) + 1) * 5 * MINUTE_MS
        groups.setdefault((balancer.account, balancer.name, balancer.lb_id, slot, node), []).append((ms, line))
    rng, objects = Prng("alb objects"), {}
    for (account, name, lb_id, slot, node), lines in sorted(groups.items(), key=lambda group: group[0]):
        lines.sort()
        text = "".join(line + "\n" for _, line in lines)
        key = (f"AWSLogs/{account}/elasticloadbalancing/{TOKYO}/{stamp(slot, '%Y/%m/%d')}/{account}_elasticloadbalancing_{TOKYO}_app.{name}.{lb_id}_"
               f"{stamp(slot, '%Y%m%dT%H%MZ')}_{node}_{rng.text('0123456789abcdefghijklmnopqrstuvwxyz', 8)}.log.gz")
        objects[f"{LOG_BUCKET[account]}/{key}"] = gzip_of(text.encode())
    return objects


def flow_objects(world):
    """One object per flow log and capture window, under the five minutes in which the window closed."""
    groups = {}
    for interface, end, values in world.flows:
        groups.setdefault((interface.flow_log, end // 300 * 300 * 1000), []).append((interface, values))
    rng, objects = Prng("flow objects"), {}
    for (flow_log, slot), records in sorted(groups.items(), key=lambda group: group[0]):
        default = records[0][0].rejects_only
        fields = (DEFAULT_FLOW_FIELDS if default else FLOW_FIELDS).split(" ")
        lines = []
        for interface, values in records:
            values = {**values, "version": 2 if default else 5, "account-id": SHOP, "interface-id": interface.eni,
                      "vpc-id": VPC_ID, "subnet-id": interface.subnet, "instance-id": interface.instance,
                      "az-id": interface.zone}
            lines.append(" ".join(str(values[field]) for field in fields))
        text = "".join(line + "\n" for line in (" ".join(fields), *sorted(lines)))
        key = (f"AWSLogs/{SHOP}/vpcflowlogs/{TOKYO}/{stamp(slot, '%Y/%m/%d')}/{SHOP}_vpcflowlogs_{TOKYO}_{flow_log}_"
               f"{stamp(slot, '%Y%m%dT%H%MZ')}_{rng.hex(8)}.log.gz")
        objects[f"{LOG_BUCKET[SHOP]}/{key}"] = gzip_of(text.encode())
    return objects


def host_objects(world):
    """The host's log since its rotation at midnight in Tokyo, and that of the day before, as rsyslog writes them."""
    rng, pids, pid = Prng("host objects"), {"logind": 612}, 20_311
    for process in sorted(range(len(world.processes)), key=lambda process: (world.processes[process], process)):
        pid += rng.between(1, 9)
        pids[process] = pid
    logins = sorted({session for _, _, _, session, _ in world.host_lines if session is not None},
                    key=lambda session: (world.processes[session], session))
    sessions = {session: 3_181 + n for n, session in enumerate(logins)}
    objects = {f"{BASTION_LOGS}/auth.log.1": b"", f"{BASTION_LOGS}/auth.log": b""}
    for us, program, process, session, text in sorted(world.host_lines, key=lambda entry: entry[0]):
        tag = program if process is None else f"{program}[{pids[process]}]"
        if session is not None:
            text = text.format(sessions[session])
        line = f"{stamp(us // 1000, '%Y-%m-%dT%H:%M:%S')}.{us % 1_000_000:06d}+00:00 {BASTION} {tag}: {text}\n"
        objects[f"{BASTION_LOGS}/{'auth.log' if us >= FIRST_MS * 1000 else 'auth.log.1'}"] += line.encode()
    return objects


def all_objects():
    world = World()
    for part in (visitors, watchers, exports_and_backups, deployments, machinery, people, intrusion_from_the_web,
                 intrusion_with_the_role, intrusion_with_the_ci_key, response, what_cloudtrail_noticed,
                 bastion_of_every_day, network_of_every_day, intrusion_at_the_bastion):
        part(world)
    return {**trail_objects(world), **s3_objects(world), **alb_objects(world), **flow_objects(world),
            **host_objects(world)}


def same(path, committed, made):
    """Equal bytes, or equal content where another zlib packed it differently."""
    if committed == made:
        return True
    return path.endswith(".gz") and committed[:10] == made[:10] and zlib.decompress(committed,
        31) == zlib.decompress(made, 31)


def present():
    return {path.relative_to(ROOT).as_posix(): path for folder in (*LOG_BUCKET.values(), BASTION_LOGS)
            for path in sorted((ROOT / folder).rglob("*")) if path.is_file()}


def check(objects):
    paths = present()
    wrong = [f"missing: {name}" for name in objects if name not in paths]
    wrong += [f"not made by this program: {name}" for name in paths if name not in objects]
    wrong += [f"differs: {name}" for name, path in paths.items() if name in objects
              and not same(name, path.read_bytes(), objects[name])]
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        print(f"{len(wrong)} of {len(objects)} samples are not what tools/make_samples.py makes; run it and look at the difference", file=sys.stderr)
    return 1 if wrong else 0


def write(objects):
    for name, path in present().items():
        if name not in objects:
            path.unlink()
    for name, data in objects.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(objects)} objects, {sum(map(len, objects.values()))} bytes in {ROOT}")


def main():
    parser = argparse.ArgumentParser(description="Make samples/, or check that it is what this program makes.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the committed samples differ")
    arguments = parser.parse_args()
    objects = all_objects()
    if arguments.check:
        return check(objects)
    write(objects)
    return 0


if __name__ == "__main__":
    sys.exit(main())
