"""Runs a command and prints what it took, as JSON: wall and CPU seconds, peak memory, exit code and
words.

usage: launch.py COMMAND [ARGUMENT…]

A process of its own, because a child begins with the peak of the process that started it: this one
is small (some 10 MB), the bench is not. CPU and memory are also those of the command's children.
"""
import json
import os
import subprocess
import sys
import time

begin = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
said = child.stdout.read()
_, status, usage = os.wait4(child.pid, 0)
wall = time.monotonic() - begin
json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss * 1024,
           "code": os.waitstatus_to_exitcode(status), "said": said.decode(errors="replace")},
          sys.stdout)
