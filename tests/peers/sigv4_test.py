#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ten thousand requests are signed as botocore signs them: odd characters, empty and repeated values, both payloads."""
import os
import random
import subprocess
import sys

import peers

REQUESTS = 10_000


def main() -> int:
    if "OTOMO_IN_VENV" not in os.environ:
        return subprocess.run([peers.python(), __file__], env={**os.environ, "OTOMO_IN_VENV": "1"}).returncode
    import datetime
    from urllib.parse import quote

    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    chance = random.Random(20260301)
    odd = "abcXYZ019-._~/!\"#$%&'()*+,:;<=>?@[\\]^`{|} \t日本語é\u00a0😀"

    def text(most: int, alphabet: str = odd, least: int = 0) -> str:
        return "".join(chance.choice(alphabet) for _ in range(chance.randint(least, most)))

    lines, expected = [], []
    for number in range(REQUESTS):
        service = chance.choice(["s3", "s3", "s3", "sts"])
        region = chance.choice(["us-east-1", "ap-northeast-1", "cn-north-1"])
        host = chance.choice(["example.s3.us-east-1.amazonaws.com", "127.0.0.1:7070", "sts.amazonaws.com"])
        method = chance.choice(["GET", "PUT", "HEAD", "POST", "DELETE"])
        path = "/" + quote(text(24), safe="/-._~")
        if service == "sts" and chance.random() < 0.3:
            path += chance.choice(["/./", "/../x", "//", "/a/..", "/."])
        query = [(text(6, least=1), text(8)) for _ in range(chance.randint(0, 4))]
        if query and chance.random() < 0.3:
            query.append((query[0][0], text(5)))
        headers = [(name, " " * chance.randint(0, 2) + text(12, "abc XYZ=;,") + "x" + " " * chance.randint(0, 1))
                   for name in chance.sample(["X-Amz-Meta-A", "range", "If-Match", "x-amz-checksum-mode", "Zz"],
                                             chance.randint(0, 4))]
        key = Credentials("AKIA" + text(8, "ABC234"), text(30, "abc/+XYZ", 10), text(20, "abc/+=", 1)
                          if chance.random() < 0.5 else None)
        when = datetime.datetime.fromtimestamp(chance.randint(1_500_000_000, 1_900_000_000), datetime.timezone.utc)
        unsigned = service == "s3" and chance.random() < 0.5
        body = b"" if method in ("GET", "HEAD", "DELETE") else text(40).encode()

        url = f"https://{host}{path}"
        if query:
            url += "?" + "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in query)
        request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        request.context["timestamp"] = when.strftime("%Y%m%dT%H%M%SZ")
        request.context["client_config"] = None
        signer = (botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)(key, service, region)
        signer._modify_request_before_signing(request)
        if service == "s3" and unsigned:
            del request.headers["X-Amz-Content-SHA256"]
            request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
        canonical = signer.canonical_request(request)
        signature = signer.signature(signer.string_to_sign(request, canonical), request)
        signer._inject_signature_to_request(request, signature)
        expected.append(request.headers["Authorization"])

        def pairs(items: list[tuple[str, str]]) -> str:
            return "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in items)

        payload = canonical.rsplit("\n", 1)[1]
        fields = [method, host, path, pairs(query), pairs(headers), payload, region, service, str(int(when.timestamp())),
                  key.access_key, key.secret_key, key.token or ""]
        lines.append("\t".join(quote(field, safe="") for field in fields))

    signed = subprocess.run([peers.BUILD / "tests" / "otomo-test-sign"], input="\n".join(lines) + "\n",
                            capture_output=True, text=True, check=True).stdout.splitlines()
    wrong = [i for i in range(REQUESTS) if i >= len(signed) or signed[i] != expected[i]]
    for i in wrong[:5]:
        print(f"{lines[i]}\n  botocore {expected[i]}\n  otomo    {signed[i] if i < len(signed) else None}")
    print(f"{REQUESTS - len(wrong)} of {REQUESTS} requests are signed alike")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
