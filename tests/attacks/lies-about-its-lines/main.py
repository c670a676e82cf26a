"""Runs code that claims to stand in files of others, which a report may want to quote."""
import sys

first = sys.stdin.read(1)
name = {"1": "@HOME@/.netrc", "2": "../ada/main.py"}.get(first, "\x1b[2J::set-output name=grade::100<script>alert(1)")
exec(compile("import os, signal\n\nos.kill(os.getpid(), signal.SIGSTOP)\n", name, "exec"))
