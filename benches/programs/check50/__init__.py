"""What benches/grading.rs has syslab check, for check50."""

import check50


@check50.check()
def compiles():
    """main.c compiles"""
    check50.run("cc -O2 -g -Wall -pthread -o main main.c").exit(0)


@check50.check(compiles)
def greets():
    """greets"""
    check50.run("./main world").stdout("hello, world\n").exit(0)
