/* inspector PID: print a line for each descriptor of a process: FD, KIND, MODE, TARGET.
 *
 * This starter lists the numbers, and takes everything for a file: follow the TODOs.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void describe(const char *pid, int number)
{
    char path[64], link[4096];

    snprintf(path, sizeof path, "/proc/%s/fd/%d", pid, number);
    /* TODO: which calls say what a descriptor is, if not every one of them is a file? */
    /* TODO: and for what it was opened, which is not what the file permits? */
    /* TODO: "socket:[4711]" is no address. Who knows which socket that is? How often is he asked? */
    /* TODO: a name is bytes, and not all bytes can stand in a field of a line. */
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0) {
        /* TODO: the process goes on meanwhile. What can have become of this descriptor, and of the
         * process? */
        perror(path);
        exit(1);
    }
    link[length] = '\0';
    printf("%d\tfile\tr\t%s\n", number, link);
}

static int by_number(const struct dirent **one, const struct dirent **other)
{
    return atoi((*one)->d_name) - atoi((*other)->d_name);
}

int main(int argc, char **argv)
{
    char path[64];
    struct dirent **entries;

    /* TODO: what if there is no argument, or it is no number, or there is no such process, or it may
     * not be looked at? */
    snprintf(path, sizeof path, "/proc/%s/fd", argc > 1 ? argv[1] : "");
    int count = scandir(path, &entries, NULL, by_number);
    for (int at = 0; at < count; at++)
        if (entries[at]->d_name[0] != '.')
            describe(argv[1], atoi(entries[at]->d_name));
    return 0;
}
