// Makes directories with something called `tool` in each, and becomes `tool`, found along PATH.
// Usage: search DIR KIND...    KIND, of each directory of PATH in turn:
//        missing    there is no such directory
//        empty      there is no tool in it
//        plain      a file without permission to be executed
//        directory  a directory
//        text       a file with that permission, which begins with neither ELF nor #!
//        program    a program
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make(const char *directory, const char *kind) {
    char tool[256];
    if (strcmp(kind, "missing") == 0)
        return;
    mkdir(directory, 0755);
    snprintf(tool, sizeof tool, "%s/tool", directory);
    if (strcmp(kind, "directory") == 0)
        mkdir(tool, 0755);
    if (strcmp(kind, "program") == 0)
        (void)!symlink("/bin/true", tool);
    if (strcmp(kind, "plain") == 0 || strcmp(kind, "text") == 0) {
        int file = open(tool, O_WRONLY | O_CREAT | O_CLOEXEC, kind[0] == 't' ? 0755 : 0644);
        (void)!write(file, "exit 0\n", 7);
        close(file);
    }
}

int main(int argc, char **argv) {
    char path[2048] = "", directory[128];
    if (argc < 2 || argc > 12)
        return 2;
    mkdir(argv[1], 0755);
    for (int i = 2; i < argc; i++) {
        snprintf(directory, sizeof directory, "%.100s/%d", argv[1], i - 1);
        make(directory, argv[i]);
        strcat(path, i > 2 ? ":" : "");
        strcat(path, directory);
    }
    setenv("PATH", path, 1);
    execlp("tool", "tool", (char *)NULL);
    perror("tool");
    return 126;
}
