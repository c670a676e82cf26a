/* fan-in FIFO...: passes on the lines of all FIFOs as they come, each whole.
 *
 * This starter reads one FIFO after the other, and believes that each is one: follow the TODOs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

static void pass_on(FILE *fifo)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    /* TODO: the others have lines, too. */
    while ((length = getline(&line, &room, fifo)) > 0) {
        /* TODO: when does this come out, and what happens if nobody reads it? */
        fwrite(line, 1, (size_t)length, stdout);
        if (line[length - 1] != '\n')
            putchar('\n');
    }
    free(line);
}

int main(int argc, char **argv)
{
    for (int nth = 1; nth < argc; nth++) {
        /* TODO: what does fopen do if nobody writes to this one yet? And if it is no FIFO at all? */
        FILE *fifo = fopen(argv[nth], "r");
        if (!fifo) {
            perror(argv[nth]);
            return 2;
        }
        pass_on(fifo);
        fclose(fifo);
    }
    return 0;
}
