/* Lines of UTF-8. */
#include <stddef.h>

size_t count_lines(const char *text, size_t size)
{
    size_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    return lines;
}

/* Where the first line with the most characters begins; its size in bytes goes to *best_size. */
size_t longest_line(const char *text, size_t size, size_t *best_size)
{
    size_t best = 0, best_length = 0, start = 0, length = 0;
    *best_size = 0;
    for (size_t i = 0; i <= size; i++) {
        if (i < size && text[i] != '\n') {
            length += (text[i] & 0xc0) != 0x80;
            continue;
        }
        if (length > best_length) {
            best = start;
            best_length = length;
            *best_size = i - start;
        }
        start = i + 1;
        length = 0;
    }
    return best;
}
