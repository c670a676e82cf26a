/* A dns that looks for the target of an alias as it is written: with a dot at its end it is no name
 * of the zone.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, CNAME = 5, TXT = 16, AAAA = 28 };
enum { IN = 1 };
enum { NOERROR = 0, FORMERR = 1, SERVFAIL = 2, NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5 };
enum { QR = 0x80, OPCODE = 0x78, AUTHORITATIVE = 0x04, TRUNCATED = 0x02, RD = 0x01 };
enum { HEADER = 12, NAME_MAX_BYTES = 255, LABEL_MAX = 63, TTL_S = 60 };

/* CNAMEs that are followed for one question; whoever needs more goes round in a circle. */
enum { CHAIN_MAX = 16 };

/* Bytes of an answer to somebody who has not asked for more: RFC 1035, 2.3.4. */
enum { LARGEST = 512 };

struct name {
    size_t size;
    uint8_t bytes[NAME_MAX_BYTES];
};

struct record {
    struct name owner;
    uint16_t type;
    uint16_t size;
    uint8_t data[1 + 255];
    bool has_dot;
};

static struct record *zone;
static size_t zone_size;

/* ---- the zone ---- */

static _Noreturn void bad_line(const char *path, int number, const char *why)
{
    fprintf(stderr, "dns: %s: line %d: %s\n", path, number, why);
    exit(1);
}

/* A name as people write it, with or without the dot at its end. */
static bool parse_name(const char *text, struct name *name)
{
    name->size = 0;
    do {
        size_t label = strcspn(text, ".");
        if (label == 0 || label > LABEL_MAX || name->size + 1 + label + 1 > NAME_MAX_BYTES)
            return false;
        name->bytes[name->size++] = label;
        while (label-- > 0)
            name->bytes[name->size++] = tolower((unsigned char)*text++);
    } while (*text == '.' && *++text != '\0');
    name->bytes[name->size++] = 0;
    return true;
}

static const char *parse_value(struct record *record, const char *value)
{
    struct name target;
    size_t length = strlen(value);

    switch (record->type) {
    case A:
        record->size = 4;
        return inet_pton(AF_INET, value, record->data) == 1 ? NULL : "not an IPv4 address";
    case AAAA:
        record->size = 16;
        return inet_pton(AF_INET6, value, record->data) == 1 ? NULL : "not an IPv6 address";
    case CNAME:
        if (!parse_name(value, &target))
            return "not a name";
        record->size = target.size;
        record->has_dot = value[length - 1] == '.';
        memcpy(record->data, target.bytes, target.size);
        return NULL;
    default:
        if (length > 255)
            return "a string of more than 255 bytes";
        record->size = 1 + length;
        record->data[0] = length;
        memcpy(record->data + 1, value, length);
        return NULL;
    }
}

static uint16_t type_of(const char *text)
{
    return strcmp(text, "A") == 0 ? A
        : strcmp(text, "AAAA") == 0 ? AAAA
        : strcmp(text, "CNAME") == 0 ? CNAME
        : strcmp(text, "TXT") == 0 ? TXT
        : 0;
}

static void read_zone(const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    if (!file) {
        fprintf(stderr, "dns: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    for (int number = 1; (length = getline(&line, &room, file)) >= 0; number++) {
        while (length > 0 && strchr(" \t\r\n", line[length - 1]))
            line[--length] = '\0';
        char *rest = line + strspn(line, " \t");
        if (*rest == '\0' || *rest == '#')
            continue;
        char *owner = strsep(&rest, " \t");
        if (rest)
            rest += strspn(rest, " \t");
        char *type = strsep(&rest, " \t");
        if (!rest)
            bad_line(path, number, "not NAME TYPE VALUE");
        rest += strspn(rest, " \t");

        struct record record = {.type = type_of(type)};
        if (!parse_name(owner, &record.owner))
            bad_line(path, number, "not a name");
        if (record.type == 0)
            bad_line(path, number, "not a type");
        const char *why = parse_value(&record, rest);
        if (why)
            bad_line(path, number, why);
        zone = realloc(zone, (zone_size + 1) * sizeof *zone);
        if (!zone)
            exit(1);
        zone[zone_size++] = record;
    }
    free(line);
    fclose(file);
}

static bool is_same(const struct name *one, const struct name *other)
{
    return one->size == other->size && memcmp(one->bytes, other->bytes, one->size) == 0;
}

/* ---- packets: RFC 1035, 4 ---- */

struct packet {
    const uint8_t *bytes;
    size_t size;
};

/* Takes a name from a packet, pointers followed; gives where it ends there, or 0. */
static size_t take_name(struct packet packet, size_t at, struct name *name)
{
    size_t start = at, after = 0;

    name->size = 0;
    for (;;) {
        if (at >= packet.size)
            return 0;
        uint8_t length = packet.bytes[at];
        if (length >= 0xc0) {
            if (at + 1 >= packet.size)
                return 0;
            size_t target = (size_t)(length & 0x3f) << 8 | packet.bytes[at + 1];
            if (!after)
                after = at + 2;
            if (target >= start)
                return 0;
            start = at = target;
            continue;
        }
        if (length > LABEL_MAX || at + 1 + length > packet.size
                || name->size + 1 + length > NAME_MAX_BYTES)
            return 0;
        memcpy(name->bytes + name->size, packet.bytes + at, 1 + length);
        name->size += 1 + length;
        at += 1 + length;
        if (length == 0)
            return after ? after : at;
    }
}

/* An answer under construction. */
struct answer {
    uint8_t bytes[LARGEST];
    size_t size;
    uint16_t count;
    bool is_full;
};

static void put(struct answer *answer, const void *bytes, size_t size)
{
    if (size > sizeof answer->bytes - answer->size) {
        answer->is_full = true;
        return;
    }
    memcpy(answer->bytes + answer->size, bytes, size);
    answer->size += size;
}

static void put_number(struct answer *answer, uint16_t number)
{
    put(answer, (uint8_t[]){number >> 8, number & 0xff}, 2);
}

static void put_record(struct answer *answer, const struct record *record, bool is_first_name)
{
    if (is_first_name)
        put_number(answer, 0xc000 | HEADER);    /* where the question has it */
    else
        put(answer, record->owner.bytes, record->owner.size);
    put_number(answer, record->type);
    put_number(answer, IN);
    put_number(answer, 0);
    put_number(answer, TTL_S);
    put_number(answer, record->size);
    put(answer, record->data, record->size);
    answer->count++;
}

/* Puts the records for a name; CNAMEs are followed inside the zone. Gives the code. */
static int look_up(struct answer *answer, struct name name, uint16_t type)
{
    size_t before = answer->size;

    for (int steps = 0; steps <= CHAIN_MAX; steps++) {
        const struct record *alias = NULL;
        bool is_known = false;
        for (const struct record *record = zone; record < zone + zone_size; record++) {
            if (!is_same(&record->owner, &name))
                continue;
            is_known = true;
            if (record->type == type)
                put_record(answer, record, steps == 0);
            else if (record->type == CNAME)
                alias = record;
        }
        if (!is_known)
            return NXDOMAIN;
        if (!alias)
            return NOERROR;
        put_record(answer, alias, steps == 0);
        if (alias->has_dot)
            return NXDOMAIN;
        name.size = alias->size;
        memcpy(name.bytes, alias->data, alias->size);
    }
    answer->size = before;
    answer->count = 0;
    answer->is_full = false;
    return SERVFAIL;
}

/* Writes the answer to a packet; false: silence. */
static bool reply(struct packet query, struct answer *answer)
{
    struct name name;
    uint8_t header[HEADER] = {0};

    /* Without a header there is no id to answer to; and two servers that answered answers would
       never stop. */
    if (query.size < HEADER || query.bytes[2] & QR)
        return false;
    memcpy(header, query.bytes, 2);
    header[2] = QR | (query.bytes[2] & (OPCODE | RD));
    *answer = (struct answer){.size = HEADER};

    size_t end = take_name(query, HEADER, &name);
    bool has_one_question = query.bytes[4] == 0 && query.bytes[5] == 1;
    if (query.bytes[2] & OPCODE) {
        header[3] = NOTIMP;
    } else if (!has_one_question || end == 0 || end + 4 > query.size) {
        header[3] = FORMERR;
    } else {
        /* The records behind the question (EDNS0) are passed over: without it, 512 bytes are the
           limit. */
        const uint8_t *tail = query.bytes + end;
        put(answer, name.bytes, name.size);
        put(answer, tail, 4);
        header[5] = 1;
        if (tail[2] != 0 || tail[3] != IN) {
            header[3] = REFUSED;
        } else {
            size_t question_end = answer->size;
            for (size_t i = 0; i < name.size; i++)  /* a length is at most 63, and no letter */
                name.bytes[i] = tolower(name.bytes[i]);
            header[2] |= AUTHORITATIVE;
            header[3] = look_up(answer, name, tail[0] << 8 | tail[1]);
            if (answer->is_full) {
                header[2] |= TRUNCATED;
                answer->size = question_end;
                answer->count = 0;
            }
            header[6] = answer->count >> 8;
            header[7] = answer->count & 0xff;
        }
    }
    memcpy(answer->bytes, header, HEADER);
    return true;
}

static void stop(int signo)
{
    (void)signo;
    _exit(0);
}

int main(int argc, char **argv)
{
    static uint8_t bytes[65536];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct answer answer;

    if (argc != 3) {
        fprintf(stderr, "usage: dns PORT ZONE\n");
        return 2;
    }
    signal(SIGTERM, stop);
    read_zone(argv[2]);
    int endpoint = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    here.sin_port = htons(atoi(argv[1]));
    if (endpoint < 0 || bind(endpoint, (struct sockaddr *)&here, sizeof here) < 0) {
        perror("dns: bind");
        return 1;
    }
    for (;;) {
        struct sockaddr_storage client;
        socklen_t client_size = sizeof client;
        ssize_t got = recvfrom(endpoint, bytes, sizeof bytes, 0,
                               (struct sockaddr *)&client, &client_size);
        if (got < 0) {
            perror("dns: recvfrom");
            continue;
        }
        /* What becomes of one answer is not our end. */
        if (reply((struct packet){bytes, got}, &answer)
                && sendto(endpoint, answer.bytes, answer.size, 0,
                          (struct sockaddr *)&client, client_size) < 0)
            perror("dns: sendto");
    }
}
