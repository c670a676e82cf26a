// Copies a file. Usage: copy FROM TO
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

// ANCHOR: copy
static bool copy(const char *from, const char *to) {
    bool is_done = false;
    int in = -1, out = -1;
    in = open(from, O_RDONLY | O_CLOEXEC);
    if (in == -1)
        goto end;
    out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out == -1)
        goto end;
    char bytes[65536];
    ssize_t count;
    while ((count = read(in, bytes, sizeof bytes)) > 0)
        for (ssize_t done = 0, n; done < count; done += n)
            if ((n = write(out, bytes + done, (size_t)(count - done))) == -1)
                goto end;
    is_done = count == 0;
end:
    if (out != -1 && close(out) == -1)
        is_done = false;
    if (in != -1)
        close(in);
    return is_done;
}
// ANCHOR_END: copy

int main(int argc, char **argv) {
    if (argc != 3 || !copy(argv[1], argv[2])) {
        perror("copy");
        return 1;
    }
    return 0;
}
