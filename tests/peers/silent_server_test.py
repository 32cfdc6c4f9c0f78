#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that takes the connection and never answers is given up: by itself after half a minute."""
import socket
import time
import unittest

import peers

LIMIT_SECONDS = 40  # net/http.h says 30


class SilentServerTest(unittest.TestCase):
    def test_is_given_up(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(64)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            began = time.monotonic()
            done = peers.otomo("query", "SELECT count(*) FROM _objects", "--from", "s3://logs/",
                               **peers.access_to(url), AWS_MAX_ATTEMPTS="1")
            self.assertLess(time.monotonic() - began, LIMIT_SECONDS)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(url, done.stderr)
        self.assertIn("check the network", done.stderr)
        self.assertNotIn(peers.SECRET, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
