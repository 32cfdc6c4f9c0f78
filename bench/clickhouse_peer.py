#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clickhouse_peer.py FOLDER: counts CloudTrail events by source and name with ClickHouse (chdb).

Runs the question once to warm up, then once more, and prints the seconds and processor seconds of the second run on
stderr and its rows as CSV on stdout. --version prints ClickHouse's version. bench/compare runs it in a virtual
environment that has chdb.
"""
import sys
import time

import chdb


def main() -> None:
    if sys.argv[1] == "--version":
        print(chdb.query("SELECT version()", "TSV"), end="")
        return
    question = f"""
        SELECT record.eventSource, record.eventName, count()
        FROM (SELECT arrayJoin(Records) AS record
              FROM file('{sys.argv[1]}/**/*.json.gz', 'JSONEachRow',
                        'Records Array(Tuple(eventSource String, eventName String))'))
        GROUP BY 1, 2"""
    chdb.query(question, "CSV")
    start, cpu_start = time.perf_counter(), time.process_time()
    answer = chdb.query(question, "CSV")
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    print(str(answer), end="")
    print(f"{seconds:.6f} {cpu_seconds:.6f}", file=sys.stderr)


main()
