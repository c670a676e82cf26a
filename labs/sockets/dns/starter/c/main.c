/* dns PORT ZONE: answer DNS queries by UDP from a zone file.
 *
 * This starter answers A queries for names that it knows, and ends at SIGTERM. Follow the TODOs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, IN = 1, QR = 0x80, HEADER = 12 };

static struct record {
    char name[256];             /* as it is in the file */
    uint8_t address[4];
} zone[1000];
static int zone_size;

static void read_zone(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[1024], name[256], type[16], value[512];

    if (!file) {
        perror(path);
        exit(1);
    }
    while (zone_size < 1000 && fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        /* TODO: what does %s take of a string with blanks in it? */
        /* TODO: which lines cannot be read, and what is the number of this one? */
        if (sscanf(line, "%255s %15s %511s", name, type, value) != 3)
            continue;
        /* TODO: AAAA, CNAME and TXT */
        if (strcmp(type, "A") == 0) {
            /* TODO: does example. have the same name as Example? */
            strcpy(zone[zone_size].name, name);
            inet_pton(AF_INET, value, zone[zone_size].address);
            zone_size++;
        }
    }
    fclose(file);
}

/* Writes the name that is asked for as text; gives where the question ends. */
static size_t take_question(const uint8_t *packet, char *text)
{
    size_t at = HEADER;

    /* TODO: is there a byte at `at`? Is the label as long as it says? What is a length of 0xc0? */
    while (packet[at] != 0) {
        if (at > HEADER)
            *text++ = '.';
        memcpy(text, packet + at + 1, packet[at]);
        text += packet[at];
        at += 1 + packet[at];
    }
    *text = '\0';
    return at + 1 + 4;
}

/* Writes the answer to a query; gives its size, or 0 for silence. */
static size_t answer(const uint8_t *query, uint8_t *out)
{
    char name[512];
    /* TODO: which packets are no queries, and which questions cannot be answered? */
    size_t end = take_question(query, name);

    memset(out, 0, HEADER);
    memcpy(out, query, 2);
    /* TODO: which bits does a server set that speaks for its own zone? */
    out[2] = QR;
    out[5] = 1;
    out[7] = 1;
    memcpy(out + HEADER, query + HEADER, end - HEADER);
    /* TODO: what was asked for: which type, which class? And what if there is no such name? */
    for (int i = 0; i < zone_size; i++)
        if (strcmp(zone[i].name, name) == 0) {
            const uint8_t record[] = {0xc0, HEADER, 0, A, 0, IN, 0, 0, 0, 60, 0, 4};
            /* TODO: how many bytes may an answer have? And a name that has two addresses? */
            memcpy(out + end, record, sizeof record);
            memcpy(out + end + sizeof record, zone[i].address, 4);
            return end + sizeof record + 4;
        }
    return 0;
}

static void stop(int signo)
{
    (void)signo;
    _exit(0);                   /* which a handler may call: signal-safety(7) */
}

int main(int argc, char **argv)
{
    static uint8_t query[512], out[2048];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    if (argc != 3)
        return 2;
    signal(SIGTERM, stop);
    read_zone(argv[2]);
    int endpoint = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    here.sin_port = htons(atoi(argv[1]));
    if (endpoint < 0 || bind(endpoint, (struct sockaddr *)&here, sizeof here) < 0) {
        perror("dns: bind");
        return 1;
    }
    for (;;) {
        struct sockaddr_in client;
        socklen_t client_size = sizeof client;
        ssize_t got = recvfrom(endpoint, query, sizeof query, 0,
                               (struct sockaddr *)&client, &client_size);
        if (got < 0)
            continue;
        size_t size = answer(query, out);
        if (size > 0)
            sendto(endpoint, out, size, 0, (struct sockaddr *)&client, client_size);
    }
}
