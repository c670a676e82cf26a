/* durable-log LOGFILE: append records to a file, and acknowledge each one that would survive.
 *
 * This starter copies records and counts them. It promises what it cannot keep: follow the TODOs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_MAX = 64 * 1024 };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Returns a descriptor that appends to the log. */
static int open_log(const char *path)
{
    /* TODO: an earlier run may have died in the middle of a record. Cut that off first. */
    /* TODO: the file may be new. Is its name on the disk already? */
    int log = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0)
        fail(path);
    return log;
}

/* Appends one record, with its newline. */
static void commit(int log, const char *record, size_t size)
{
    /* TODO: how many bytes did write take? Is every error an error? */
    if (write(log, record, size) < 0)
        fail("log");    /* TODO: and what is in the log now? */
    /* TODO: where are these bytes now, and who has to die for them to be lost? */
}

/* Promises that the record will survive. */
static void acknowledge(unsigned long number)
{
    char line[32];
    int size = snprintf(line, sizeof line, "ok %lu\n", number);

    /* TODO: nobody may be reading. How does SIGTERM get us out of here? */
    if (write(STDOUT_FILENO, line, (size_t)size) < 0)
        fail("standard output");
}

int main(int argc, char **argv)
{
    static char input[2 * RECORD_MAX];
    size_t held = 0;
    unsigned long count = 0;
    ssize_t got;

    if (argc != 2) {
        fprintf(stderr, "usage: durable-log LOGFILE\n");
        return 2;
    }

    /* TODO: SIGTERM and SIGINT end this program in the middle of anything.
     * They should end it between two records, with status 0, within a second. */
    int log = open_log(argv[1]);

    /* TODO: a signal may arrive just before this read. What wakes the program up then? */
    while ((got = read(STDIN_FILENO, input + held, sizeof input - held)) > 0) {
        char *record = input, *newline;
        held += (size_t)got;
        while ((newline = memchr(record, '\n', held)) != NULL) {
            size_t size = (size_t)(newline + 1 - record);
            commit(log, record, size);
            acknowledge(++count);
            record += size;
            held -= size;
        }
        memmove(input, record, held);
    }
    if (got < 0)
        fail("standard input");
    return 0;
}
