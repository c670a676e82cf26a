// Reads from a FIFO, without waiting, while writers come and go.
// Usage: fifo STEP...    STEP: +NAME a writer opens it, -NAME that one closes it, NAME=COUNT that
//                        one writes so many bytes, read=COUNT the reader asks for so many
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char bytes[64] = {0};
    int writers[128] = {0};
    if (mkfifo("/lab/fifo", 0600) == -1)
        return 1;
    int reader = open("/lab/fifo", O_RDONLY | O_NONBLOCK);
    for (int i = 1; i < argc; i++) {
        char *count = strchr(argv[i], '=');
        size_t size = count ? strtoul(count + 1, NULL, 10) % sizeof bytes : 0;
        if (argv[i][0] == '+')
            writers[argv[i][1] & 127] = open("/lab/fifo", O_WRONLY);
        else if (argv[i][0] == '-')
            close(writers[argv[i][1] & 127]);
        else if (argv[i][0] == 'r')
            (void)!read(reader, bytes, size);
        else
            (void)!write(writers[argv[i][0] & 127], bytes, size);
    }
    return 0;
}
