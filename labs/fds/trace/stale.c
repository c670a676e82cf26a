// Opens and closes files, and writes at the end by a number that it has kept.
// Usage: stale STEP...    STEP: +NAME opens /lab/NAME, -NAME closes what NAME was opened as,
//                         =NAME writes to the number that NAME was opened as
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int numbers[128] = {0};
    for (int i = 1; i < argc; i++) {
        unsigned char name = (unsigned char)argv[i][1] & 127;
        char path[] = "/lab/?";
        path[sizeof path - 2] = (char)name;
        switch (argv[i][0]) {
        case '+':
            numbers[name] = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
            break;
        case '-':
            close(numbers[name]);
            break;
        default:
            if (write(numbers[name], "late\n", 5) != 5)
                perror("stale");
        }
    }
    return 0;
}
